import { useEffect, useRef, useState } from 'react';
import type { FlagSummary } from '@/api/types';

const newest = (flag: FlagSummary) =>
  Math.max(0, ...Object.values(flag.environments).map((item) => item.lastChange?.revision ?? 0));

/** The keys of flags that changed since the list was last here, for as long as their rows flash. */
export function useFlash(flags: FlagSummary[] | undefined): ReadonlySet<string> {
  const known = useRef<Map<string, number>>(undefined);
  const [flashing, setFlashing] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (!flags) return;
    const before = known.current;
    known.current = new Map(flags.map((flag) => [flag.key, newest(flag)]));
    if (!before) return;
    const changed = flags.filter((flag) => (before.get(flag.key) ?? -1) < newest(flag));
    if (changed.length === 0) return;
    setFlashing(new Set(changed.map((flag) => flag.key)));
    const timer = setTimeout(() => setFlashing(new Set()), 1800);
    return () => clearTimeout(timer);
  }, [flags]);
  return flashing;
}
