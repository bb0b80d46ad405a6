import { recentChanges } from '@/api/changes';
import type { Change } from '@/api/types';
import type { Draft } from './draft-store';

/** True where the change is to an object that the draft holds too. */
export function touches(draft: Draft, change: Change): boolean {
  switch (change.kind) {
    case 'flag':
    case 'configuration':
      return change.object in draft.flags && sameBlock(draft, change);
    case 'target_group':
      return change.object in draft.targetGroups;
    case 'experiment':
      return change.object in draft.experiments;
    default:
      return false;
  }
}

/** A configuration of another environment, or own fields beside a drafted block, are no conflict. */
function sameBlock(draft: Draft, change: Change): boolean {
  const { environments, ...fields } = draft.flags[change.object] ?? {};
  if (change.kind === 'flag') return Object.keys(fields).length > 0;
  return environments !== undefined && (change.environment ?? '') in environments;
}

/** What others published since the draft was begun, newest first. */
export async function changesSince(draft: Draft): Promise<Change[]> {
  const recent = await recentChanges(draft.project);
  return recent.filter((change) =>
    Object.entries(change.revisions).some(
      ([environment, revision]) => revision > (draft.expect[environment] ?? Number.POSITIVE_INFINITY),
    ),
  );
}
