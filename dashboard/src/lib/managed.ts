import type { FlagSummary } from '@/api/types';

/** Why the fields of a flag cannot be edited here; undefined where they can. */
export const lockOf = (flag: Pick<FlagSummary, 'managedBy'>) =>
  flag.managedBy === 'file' ? 'A file manages this flag: change it there.' : undefined;
