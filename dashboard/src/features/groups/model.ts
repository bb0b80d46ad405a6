import type { Group, GroupDocument } from '@/api/types';
import { readCondition, splitValues, type When, writeCondition } from '@/lib/conditions';

/** A target group as it is edited; its lists are text, one entry a line. */
export type GroupEdit = {
  description: string;
  by: string;
  include: string;
  exclude: string;
  when: When;
};

export const readGroup = (group: Group | GroupDocument): GroupEdit => ({
  description: group.description ?? '',
  by: group.by ?? 'targetingKey',
  include: (group.include ?? []).join('\n'),
  exclude: (group.exclude ?? []).join('\n'),
  when: readCondition(group.when),
});

/** The document that apply takes; what is empty is left out. */
export function writeGroup(edit: GroupEdit): GroupDocument {
  const made: GroupDocument = {};
  const include = splitValues(edit.include);
  const exclude = splitValues(edit.exclude);
  const when = writeCondition(edit.when);
  if (edit.description.trim() !== '') made.description = edit.description.trim();
  if (edit.by !== '' && edit.by !== 'targetingKey') made.by = edit.by;
  if (include.length > 0) made.include = include;
  if (exclude.length > 0) made.exclude = exclude;
  if (when !== undefined) made.when = when;
  return made;
}

/** Entries that are in both lists: exclude wins, which is seldom meant. */
export function inBoth(edit: GroupEdit): string[] {
  const excluded = new Set(splitValues(edit.exclude));
  return splitValues(edit.include).filter((value) => excluded.has(value));
}
