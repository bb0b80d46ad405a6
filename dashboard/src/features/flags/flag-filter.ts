import type { FlagSummary } from '@/api/types';
import { score } from '@/lib/fuzzy';
import { valueText } from '@/lib/names';

export const tabs = ['all', 'rolling', 'experiment', 'code', 'stale', 'archived'] as const;
export type Tab = (typeof tabs)[number];
export const tabNames: Record<Tab, string> = {
  all: 'All',
  rolling: 'Rolling out',
  experiment: 'In experiment',
  code: 'New from code',
  stale: 'Stale',
  archived: 'Archived',
};

export type Filter = { q?: string; type?: string; tag?: string; serving?: string };

const environments = (flag: FlagSummary) => Object.values(flag.environments);

/** Whether a flag belongs under a tab; archived flags come from a list of their own. */
export function inTab(flag: FlagSummary, tab: Tab): boolean {
  switch (tab) {
    case 'rolling':
      return environments(flag).some((item) => item.rollingOut);
    case 'experiment':
      return environments(flag).some((item) => item.experiment !== undefined);
    case 'code':
      return flag.source === 'code' && environments(flag).every((item) => !item.configured);
    case 'stale':
      return flag.stale.length > 0;
    default:
      return true;
  }
}

// A flag's searchable text is made once per answer of the server, not once per key pressed.
const texts = new WeakMap<FlagSummary, string>();

function searchable(flag: FlagSummary): string {
  const known = texts.get(flag);
  if (known !== undefined) return known;
  const text = [
    flag.key,
    flag.description,
    ...flag.tags,
    ...flag.variations.map((variation) => `${variation.name ?? ''} ${valueText(variation.value)}`),
  ].join(' ');
  texts.set(flag, text);
  return text;
}

/** The flags that fit every part of the filter; best match of the text first, else in their order. */
export function filterFlags(flags: FlagSummary[], filter: Filter, environment: string): FlagSummary[] {
  const fit = flags.filter(
    (flag) =>
      (!filter.type || flag.type === filter.type) &&
      (!filter.tag || flag.tags.includes(filter.tag)) &&
      (!filter.serving || flag.environments[environment]?.servingKind === filter.serving),
  );
  const q = filter.q?.trim();
  if (!q) return fit;
  const found: { flag: FlagSummary; score: number }[] = [];
  for (const flag of fit) {
    const byKey = score(flag.key, q);
    const value = byKey ?? later(score(searchable(flag), q));
    if (value !== undefined) found.push({ flag, score: value });
  }
  return found.sort((a, b) => a.score - b.score || (a.flag.key < b.flag.key ? -1 : 1)).map((hit) => hit.flag);
}

/** A hit outside the key comes after every hit in a key. */
const later = (value: number | undefined) => (value === undefined ? undefined : value + 1000);

export const filtered = (filter: Filter) =>
  Boolean(filter.q?.trim() || filter.type || filter.tag || filter.serving);

/** How many flags each tab holds; the archived are counted by their own list. */
export function tabCounts(
  flags: FlagSummary[],
  archived: number | undefined,
): Record<Tab, number | undefined> {
  const counts: Record<Tab, number | undefined> = {
    all: flags.length,
    rolling: 0,
    experiment: 0,
    code: 0,
    stale: 0,
    archived,
  };
  for (const tab of ['rolling', 'experiment', 'code', 'stale'] as const) {
    counts[tab] = flags.reduce((sum, flag) => sum + (inTab(flag, tab) ? 1 : 0), 0);
  }
  return counts;
}

/** All tags in use, in their order. */
export function allTags(flags: FlagSummary[]): string[] {
  return [...new Set(flags.flatMap((flag) => flag.tags))].sort();
}
