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
    return JSON.parse(text) as Draft;
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
  return { project: base.key, environment, expect, flags: {}, targetGroups: {}, experiments: {} };
}

function change(base: DraftBase, environment: string, edit: (draft: Draft) => Draft) {
  write(base.key, environment, edit(read(base.key, environment) ?? begin(base, environment)));
}

/** Puts one flag's whole configuration of the draft's environment into the draft. */
export function draftConfiguration(
  base: DraftBase,
  environment: string,
  flag: string,
  configuration: Configuration,
) {
  change(base, environment, (draft) => {
    const before = draft.flags[flag] ?? {};
    const environments = { ...before.environments, [environment]: configuration };
    return { ...draft, flags: { ...draft.flags, [flag]: { ...before, environments } } };
  });
}

/** Puts some of a flag's own fields (description, variations, …) into the draft, beside its configuration. */
export function draftFlag(base: DraftBase, environment: string, flag: string, fields: FlagDocument) {
  change(base, environment, (draft) => ({
    ...draft,
    flags: { ...draft.flags, [flag]: { ...draft.flags[flag], ...fields } },
  }));
}

export function draftGroup(base: DraftBase, environment: string, key: string, group: GroupDocument) {
  change(base, environment, (draft) => ({
    ...draft,
    targetGroups: { ...draft.targetGroups, [key]: group },
  }));
}

export function draftExperiment(
  base: DraftBase,
  environment: string,
  key: string,
  experiment: ExperimentDocument,
) {
  change(base, environment, (draft) => ({
    ...draft,
    experiments: { ...draft.experiments, [key]: experiment },
  }));
}

/** Takes one object back out of the draft; an empty draft is no draft. */
export function dropFromDraft(project: string, environment: string, kind: DraftKind, key: string) {
  const draft = read(project, environment);
  if (!draft) return;
  const { [key]: _, ...rest } = draft[kind];
  write(project, environment, { ...draft, [kind]: rest });
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
