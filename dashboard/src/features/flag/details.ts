import { isOvertaken } from '@/api/client';
import { patchFlag, readFlag } from '@/api/flags';
import type { FlagDetail, FlagPatch } from '@/api/types';
import { merge } from '@/lib/merge';

/** What the settings tab edits of a flag. */
export type Details = Required<Pick<FlagPatch, 'description' | 'tags' | 'owner' | 'kind' | 'expires'>>;

/** What somebody saw before they edited it, and the version that it was. */
export type Read = { version: number; details: Details };

export const detailsOf = (flag: FlagDetail): Details => ({
  description: flag.description,
  tags: flag.tags ?? [],
  owner: flag.owner,
  kind: flag.kind,
  expires: flag.expires ?? '',
});

/** The flag as saved; or as somebody else made it meanwhile, where both changed one field and nothing was saved. */
export type Saved = { saved: FlagDetail; overtaken?: never } | { saved?: never; overtaken: FlagDetail };

/** Writes the fields that differ from what was read, and merges them with what others wrote meanwhile. */
export async function saveDetails(project: string, key: string, read: Read, mine: Details): Promise<Saved> {
  for (;;) {
    try {
      return { saved: await patchFlag(project, key, changed(read.details, mine), read.version) };
    } catch (error) {
      if (!isOvertaken(error)) throw error;
    }
    const live = await readFlag(project, key);
    const theirs = detailsOf(live);
    const { value, conflicts } = merge(read.details, theirs, mine);
    if (conflicts.length > 0) return { overtaken: live };
    read = { version: live.version, details: theirs };
    mine = value as Details;
  }
}

const changed = (before: Details, mine: Details): FlagPatch =>
  Object.fromEntries(
    Object.entries(mine).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof Details]),
    ),
  );
