import type { Change } from '@/api/types';
import { absolute } from '@/lib/time';

/** Changes by local day, in the order they come. */
export function byDay(changes: Change[]): { day: string; items: Change[] }[] {
  const days: { day: string; items: Change[] }[] = [];
  for (const change of changes) {
    const day = absolute(change.at).slice(0, 10);
    const current = days.at(-1);
    if (current?.day === day) current.items.push(change);
    else days.push({ day, items: [change] });
  }
  return days;
}

/** The revisions that an entry made and none before it in its publish: who has applied them is said once. */
export function ownRevisions(change: Change, before: Change[]): Record<string, number> {
  const told = new Set(before.flatMap((one) => Object.entries(revisionsOf(one)).map(String)));
  return Object.fromEntries(Object.entries(revisionsOf(change)).filter((entry) => !told.has(String(entry))));
}

/** The revisions of a change: of its own environment, or of all that see it. */
function revisionsOf(change: Change): Record<string, number> {
  if (!change.environment) return change.revisions;
  const revision = change.revisions[change.environment];
  return revision === undefined ? {} : { [change.environment]: revision };
}

/** Neighbours that one request made belong to one publish. */
export function byPublish(changes: Change[]): Change[][] {
  const publishes: Change[][] = [];
  for (const change of changes) {
    const current = publishes.at(-1);
    const same = change.requestId !== '' && current?.[0]?.requestId === change.requestId;
    if (same) current?.push(change);
    else publishes.push([change]);
  }
  return publishes;
}
