import { isOvertaken, type Meanwhile } from '@/api/client';
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

/** A flag as somebody else made it while it was edited, and who that was where the server said it. */
export type Theirs = { flag: FlagDetail; meanwhile?: Meanwhile };

/** The flag as saved; or as somebody else made it, where both changed one field and nothing was saved. */
export type Saved = { saved: FlagDetail; overtaken?: never } | { saved?: never; overtaken: Theirs };

/** Writes the fields that differ from what was read, and merges them with what others wrote meanwhile. */
export async function saveDetails(project: string, key: string, read: Read, mine: Details): Promise<Saved> {
  for (;;) {
    let meanwhile: Meanwhile | undefined;
    try {
      return { saved: await patchFlag(project, key, changed(read.details, mine), read.version) };
    } catch (error) {
      if (!isOvertaken(error)) throw error;
      meanwhile = error.meanwhile;
    }
    const live = await readFlag(project, key);
    const theirs = detailsOf(live);
    const { value, conflicts } = merge(read.details, theirs, mine);
    if (conflicts.length > 0) return { overtaken: { flag: live, meanwhile } };
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
