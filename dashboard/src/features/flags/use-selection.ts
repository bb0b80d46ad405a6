import { useCallback, useMemo, useState } from 'react';

export type Selection = {
  keys: ReadonlySet<string>;
  toggle: (key: string) => void;
  clear: () => void;
};

/** Which flags are selected; one that left the list is no longer selected. */
export function useSelection(listed: string[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const keys = useMemo(() => {
    if (chosen.size === 0) return chosen;
    const there = new Set(listed);
    return new Set([...chosen].filter((key) => there.has(key)));
  }, [chosen, listed]);
  const toggle = useCallback(
    (key: string) =>
      setChosen((before) => {
        const next = new Set(before);
        if (!next.delete(key)) next.add(key);
        return next;
      }),
    [],
  );
  const clear = useCallback(() => setChosen(new Set()), []);
  return useMemo(() => ({ keys, toggle, clear }), [keys, toggle, clear]);
}
