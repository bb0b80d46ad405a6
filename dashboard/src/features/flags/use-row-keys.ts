import { useEffect, useState } from 'react';
import { preferences } from '@/lib/preferences';
import { typing } from '@/lib/typing';

type Actions = {
  open: (index: number) => void;
  edit: (index: number) => void;
  select: (index: number) => void;
};

/** `j` and `k` move through the rows, Enter opens, `e` changes, `x` selects; returns the row they stand on. */
export function useRowKeys(rows: number, actions: Actions): [number, (index: number) => void] {
  const [active, setActive] = useState(-1);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!preferences().shortcuts || event.ctrlKey || event.metaKey || event.altKey || typing(event)) return;
      const onButton = event.target instanceof HTMLElement && event.target.closest('a, button') !== null;
      if (event.key === 'j') setActive((at) => Math.min(rows - 1, at + 1));
      else if (event.key === 'k') setActive((at) => Math.max(0, at - 1));
      else if (event.key === 'Enter' && active >= 0 && !onButton) actions.open(active);
      else if (event.key === 'e' && active >= 0) actions.edit(active);
      else if (event.key === 'x' && active >= 0) actions.select(active);
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [rows, active, actions]);
  return [active < rows ? active : -1, setActive];
}
