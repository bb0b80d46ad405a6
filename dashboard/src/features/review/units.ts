import type { QueryClient } from '@tanstack/react-query';
import { ApiError } from '@/api/client';
import { experimentQuery } from '@/api/experiments';
import { flagQuery } from '@/api/flags';
import { groupQuery } from '@/api/groups';
import type { Change, ChangeMark, Json } from '@/api/types';
import { same } from '@/lib/merge';
import { type Draft, type FlagFields, fieldsOf, type UnitKind, unitKey } from './draft-store';

/** What of a draft is replaced whole: a flag's block of one environment, its own fields, a group, an experiment. */
export type Unit = {
  key: string;
  kind: UnitKind;
  object: string;
  environment?: string;
  base: unknown;
  mine: unknown;
};
/** A unit that somebody else changed meanwhile. */
export type Overtaken = Unit & { theirs: unknown; by?: Pick<ChangeMark, 'actor' | 'at'> };

export function unitsOf(draft: Draft): Unit[] {
  const unit = (kind: UnitKind, object: string, mine: unknown, environment?: string): Unit => {
    const key = unitKey(kind, object, environment);
    return { key, kind, object, environment, base: plain(kind, draft.base[key]), mine: plain(kind, mine) };
  };
  const units: Unit[] = [];
  for (const [object, { environments, ...fields }] of Object.entries(draft.flags)) {
    for (const [environment, block] of Object.entries(environments ?? {})) {
      units.push(unit('configuration', object, block, environment));
    }
    if (Object.keys(fields).length > 0) units.push(unit('flag', object, fields));
  }
  for (const [key, group] of Object.entries(draft.targetGroups)) units.push(unit('target_group', key, group));
  for (const [key, one] of Object.entries(draft.experiments)) units.push(unit('experiment', key, one));
  return units;
}

/** Fields of a document; what the API tells beside them is no part of what is edited. */
const fields: Partial<Record<UnitKind, string[]>> = {
  target_group: ['description', 'by', 'include', 'exclude', 'when'],
  experiment: [
    'environment',
    'description',
    'state',
    'order',
    'when',
    'by',
    'seed',
    'serve',
    'arms',
    'table',
  ],
};

/** A unit without what is left out where it says nothing, so that two that say the same are the same. */
function plain(kind: UnitKind, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  const known = fields[kind];
  if (!known) return value;
  const says = (field: string, part: unknown) =>
    part !== undefined && part !== '' && !same(part, []) && !(field === 'by' && part === 'targetingKey');
  const entries = Object.entries(value).filter(([field, part]) => known.includes(field) && says(field, part));
  return Object.fromEntries(entries);
}

/** The units that are live otherwise than when they were first edited, and otherwise than drafted. */
export async function overtaken(client: QueryClient, draft: Draft, changes: Change[]): Promise<Overtaken[]> {
  const all = await Promise.all(
    unitsOf(draft).map(async (unit) => ({
      ...unit,
      theirs: await liveUnit(client, draft, unit),
      by: markOf(changes, unit),
    })),
  );
  return all.filter((unit) => !same(unit.base, unit.theirs) && !same(unit.mine, unit.theirs));
}

async function liveUnit(client: QueryClient, draft: Draft, unit: Unit): Promise<unknown> {
  const fresh = { staleTime: 0 };
  const { project } = draft;
  try {
    switch (unit.kind) {
      case 'configuration': {
        const flag = await client.fetchQuery({ ...flagQuery(project, unit.object), ...fresh });
        return flag.configurations[unit.environment ?? ''] ?? undefined;
      }
      case 'flag': {
        const flag = await client.fetchQuery({ ...flagQuery(project, unit.object), ...fresh });
        return fieldsOf(flag as FlagFields, draft.flags[unit.object] ?? {});
      }
      case 'target_group':
        return plain(unit.kind, await client.fetchQuery({ ...groupQuery(project, unit.object), ...fresh }));
      case 'experiment':
        return plain(
          unit.kind,
          await client.fetchQuery({ ...experimentQuery(project, unit.object), ...fresh }),
        );
    }
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

function markOf(changes: Change[], unit: Unit): Overtaken['by'] {
  const last = changes.find(
    (change) =>
      change.kind === unit.kind &&
      change.object === unit.object &&
      (change.environment ?? '') ===
        (unit.kind === 'experiment' ? change.environment : (unit.environment ?? '')),
  );
  return last && { actor: last.actor.name, at: last.at };
}

/** The draft with what its units were merged to; what is live already leaves it. */
export function withMerged(draft: Draft, units: Overtaken[], merged: Map<string, Json | undefined>): Draft {
  const next = structuredClone(draft);
  for (const unit of units) {
    const value = merged.get(unit.key);
    next.base[unit.key] = unit.theirs ?? null;
    put(next, unit, value === undefined || same(value, unit.theirs) ? undefined : value);
  }
  return next;
}

function put(draft: Draft, { kind, object, environment }: Unit, value: Json | undefined) {
  if (kind === 'target_group') return set(draft.targetGroups, object, value);
  if (kind === 'experiment') return set(draft.experiments, object, value);
  const { environments, ...own } = draft.flags[object] ?? {};
  const blocks: Record<string, unknown> = { ...environments };
  if (kind === 'configuration') set(blocks, environment ?? '', value);
  const rest = kind === 'flag' ? ((value ?? {}) as object) : own;
  const flag = Object.keys(blocks).length > 0 ? { ...rest, environments: blocks } : rest;
  set(draft.flags, object, Object.keys(flag).length > 0 ? flag : undefined);
}

function set(record: Record<string, unknown>, key: string, value: unknown) {
  if (value === undefined) delete record[key];
  else record[key] = value;
}
