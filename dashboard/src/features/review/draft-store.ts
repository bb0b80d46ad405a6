import { useSyncExternalStore } from 'react';
import type {
  Configuration,
  Document,
  ExperimentDocument,
  FlagDocument,
  GroupDocument,
  Project,
} from '@/api/types';

/**
 * Unpublished changes of one environment: a part of a burgee/v1 document, kept in this tab's session
 * storage. Each unit (a flag's environment block, a group, an experiment) is held whole, as apply replaces it.
 */
export type Draft = {
  project: string;
  environment: string;
  /** The revisions on which the draft was begun; publishing says that it expects them. */
  expect: Record<string, number>;
  /** Each unit as it was live when it was first edited, by `unitKey`: what a conflict is merged from. */
  base: Record<string, unknown>;
  /** The change request whose content this is; it becomes that content again. */
  request?: { number: number; title: string };
  flags: Record<string, FlagDocument>;
  targetGroups: Record<string, GroupDocument>;
  experiments: Record<string, ExperimentDocument>;
};

export type DraftKind = 'flags' | 'targetGroups' | 'experiments';

const prefix = 'burgee:draft:';
const name = (project: string, environment: string) => `${prefix}${project}/${environment}`;
const drafts = new Map<string, Draft | null>();
const listeners = new Set<() => void>();

function read(project: string, environment: string): Draft | null {
  const key = name(project, environment);
  const known = drafts.get(key);
  if (known !== undefined) return known;
  const stored = parse(sessionStorage.getItem(key));
  drafts.set(key, stored);
  return stored;
}

function parse(text: string | null): Draft | null {
  if (text === null) return null;
  try {
    return { base: {}, ...(JSON.parse(text) as Omit<Draft, 'base'>) };
  } catch {
    return null;
  }
}

function write(project: string, environment: string, draft: Draft | null) {
  const key = name(project, environment);
  const kept = draft && draftCount(draft) > 0 ? draft : null;
  drafts.set(key, kept);
  if (kept) sessionStorage.setItem(key, JSON.stringify(kept));
  else sessionStorage.removeItem(key);
  for (const listener of listeners) listener();
}

/** The environments of a project and their revisions, as a draft remembers them when it begins. */
export type DraftBase = Pick<Project, 'key' | 'environments'>;

function begin(base: DraftBase, environment: string): Draft {
  const expect = Object.fromEntries(base.environments.map((e) => [e.key, e.revision]));
  return { project: base.key, environment, expect, base: {}, flags: {}, targetGroups: {}, experiments: {} };
}

function change(base: DraftBase, environment: string, edit: (draft: Draft) => Draft) {
  write(base.key, environment, edit(read(base.key, environment) ?? begin(base, environment)));
}

/** What tells the units of a draft apart. */
export const unitKey = (kind: UnitKind, object: string, environment = '') =>
  `${kind} ${object} ${environment}`;
export type UnitKind = 'configuration' | 'flag' | 'target_group' | 'experiment';

/** The draft with what a unit was, unless that is known from its first edit. */
const knowing = (draft: Draft, unit: string, was: unknown): Draft =>
  unit in draft.base ? draft : { ...draft, base: { ...draft.base, [unit]: was ?? null } };

/**
 * Puts one flag's whole configuration of the draft's environment into the draft; `was` is what is live,
 * nothing where it is not configured.
 */
export function draftConfiguration(
  base: DraftBase,
  environment: string,
  flag: string,
  configuration: Configuration,
  was: Configuration | null | undefined,
) {
  change(base, environment, (draft) => {
    const before = draft.flags[flag] ?? {};
    const environments = { ...before.environments, [environment]: configuration };
    const flags = { ...draft.flags, [flag]: { ...before, environments } };
    return knowing({ ...draft, flags }, unitKey('configuration', flag, environment), was);
  });
}

/** Puts some of a flag's own fields (description, variations, …) into the draft, beside its configuration. */
export function draftFlag(
  base: DraftBase,
  environment: string,
  flag: string,
  fields: FlagDocument,
  was: FlagFields,
) {
  change(base, environment, (draft) => {
    const unit = unitKey('flag', flag);
    const known = (draft.base[unit] ?? {}) as object;
    return {
      ...draft,
      flags: { ...draft.flags, [flag]: { ...draft.flags[flag], ...fields } },
      base: { ...draft.base, [unit]: { ...fieldsOf(was, fields), ...known } },
    };
  });
}

/** A flag's own fields, as a document or the API has them. */
export type FlagFields = { [field in keyof FlagDocument]?: unknown };

/** Those of a flag's fields that another one has too; the environments' blocks are units of their own. */
export const fieldsOf = (flag: FlagFields, like: FlagDocument): Record<string, unknown> =>
  Object.fromEntries(
    Object.keys(like)
      .filter((field) => field !== 'environments')
      .map((field) => [field, flag[field as keyof FlagDocument]]),
  );

export function draftGroup(
  base: DraftBase,
  environment: string,
  key: string,
  group: GroupDocument,
  was: GroupDocument | undefined,
) {
  change(base, environment, (draft) =>
    knowing(
      { ...draft, targetGroups: { ...draft.targetGroups, [key]: group } },
      unitKey('target_group', key),
      was,
    ),
  );
}

export function draftExperiment(
  base: DraftBase,
  environment: string,
  key: string,
  experiment: ExperimentDocument,
  was: ExperimentDocument | undefined,
) {
  change(base, environment, (draft) =>
    knowing(
      { ...draft, experiments: { ...draft.experiments, [key]: experiment } },
      unitKey('experiment', key),
      was,
    ),
  );
}

/** Opens the content of a change request for editing, on what is live now; `was` is that, by `unitKey`. */
export function editRequest(
  base: DraftBase,
  environment: string,
  content: Document,
  request: { number: number; title: string },
  was: Record<string, unknown>,
) {
  write(base.key, environment, {
    ...begin(base, environment),
    base: was,
    flags: content.flags ?? {},
    targetGroups: content.targetGroups ?? {},
    experiments: (content.experiments ?? {}) as Draft['experiments'],
    request,
  });
}

/** Replaces the draft by what an overtaken one was merged to, made on `base`. */
export function settleDraft(base: DraftBase, draft: Draft) {
  write(base.key, draft.environment, { ...draft, expect: begin(base, draft.environment).expect });
}

/** Takes one object back out of the draft; an empty draft is no draft. */
export function dropFromDraft(project: string, environment: string, kind: DraftKind, key: string) {
  const draft = read(project, environment);
  if (!draft) return;
  const { [key]: _, ...rest } = draft[kind];
  const units = {
    flags: ['configuration', 'flag'],
    targetGroups: ['target_group'],
    experiments: ['experiment'],
  };
  const base = Object.fromEntries(
    Object.entries(draft.base).filter(
      ([unit]) => !units[kind].some((of) => unit.startsWith(`${of} ${key} `)),
    ),
  );
  write(project, environment, { ...draft, [kind]: rest, base });
}

export function discardDraft(project: string, environment: string) {
  write(project, environment, null);
}

/** Says that the draft has taken note of later revisions, after a conflict was looked at. */
export function rebaseDraft(base: DraftBase, environment: string) {
  const draft = read(base.key, environment);
  if (draft) write(base.key, environment, { ...draft, expect: begin(base, environment).expect });
}

/** How many objects the draft changes. */
export function draftCount(draft: Draft): number {
  return (['flags', 'targetGroups', 'experiments'] as const).reduce(
    (sum, kind) => sum + Object.keys(draft[kind]).length,
    0,
  );
}

/** The draft as the document that apply takes. */
export function draftDocument(draft: Draft): Document {
  const document: Document = { apiVersion: 'burgee/v1', project: draft.project };
  if (Object.keys(draft.flags).length) document.flags = draft.flags;
  if (Object.keys(draft.targetGroups).length) document.targetGroups = draft.targetGroups;
  if (Object.keys(draft.experiments).length) document.experiments = draft.experiments;
  return document;
}

export const getDraft = read;

/** The draft of an environment, or null; follows every change of it in this tab. */
export function useDraft(project: string, environment: string): Draft | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => read(project, environment),
  );
}

/** Tests only: forgets what is held in memory, as a new tab would. */
export function forgetDrafts() {
  drafts.clear();
}
