import { useNavigate } from '@tanstack/react-router';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Environment } from '@/api/types';
import { EnvironmentIcon, environmentName } from '@/components/environment-badge';
import { useProject } from '@/components/project-context';
import { rowHeight, usePreferences } from '@/lib/preferences';
import { FlagCells, NamespaceRow } from './flag-row';
import type { Row } from './flag-tree';
import classes from './flags.module.css';
import { useRowKeys } from './use-row-keys';
import type { Selection } from './use-selection';

type Props = {
  rows: Row[];
  environments: Environment[];
  current: Environment;
  flashing: ReadonlySet<string>;
  toggle: (path: string) => void;
  selection: Selection;
};

/** The flags, as many rows as the window shows; a list of thousands costs no more than one of twenty. */
export function FlagTable({ rows, environments, current, flashing, toggle, selection }: Props) {
  const project = useProject();
  const navigate = useNavigate();
  const { density } = usePreferences();
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  // What stands above (the form of a new flag, an error) comes and goes: look after every drawing.
  useLayoutEffect(() => {
    setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY);
  });
  const height = rowHeight(density);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => height,
    overscan: 6,
    scrollMargin: top,
    getItemKey: (index) => rowKey(rows[index]),
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another height must be measured anew
  useEffect(() => virtual.measure(), [height]);

  const actions = useMemo(
    () => ({
      open: (index: number) => {
        const row = rows[index];
        if (row?.kind === 'namespace') toggle(row.path);
        if (row?.kind !== 'flag') return;
        const params = { project: project.key, environment: current.key, flag: row.flag.key };
        void navigate({ to: '/p/$project/e/$environment/flags/$flag', params });
      },
      select: (index: number) => {
        const row = rows[index];
        if (row?.kind === 'flag') selection.toggle(row.flag.key);
      },
      edit: (index: number) => {
        const row = rows[index];
        if (row?.kind !== 'flag') return;
        const name = CSS.escape(`${row.flag.key} ${current.key}`);
        document.querySelector<HTMLElement>(`[data-value-button="${name}"]`)?.click();
      },
    }),
    [rows, navigate, project.key, current.key, toggle, selection],
  );
  const [active] = useRowKeys(rows.length, actions);
  useEffect(() => {
    if (active >= 0) virtual.scrollToIndex(active, { align: 'auto' });
  }, [active, virtual]);

  return (
    // biome-ignore-start lint/a11y/useSemanticElements: virtual rows are placed, which a table's own rows cannot be
    // biome-ignore-start lint/a11y/useFocusableInteractive: the rows' links and buttons take the focus
    <div
      role="table"
      aria-label="Flags"
      aria-rowcount={rows.length + 1}
      className={`b-panel ${classes.table}`}
      style={{ '--envs': environments.length } as React.CSSProperties}
    >
      <div role="rowgroup" className={classes.head}>
        <div role="row" className={`${classes.row} ${classes.headRow}`} aria-rowindex={1}>
          <span role="columnheader" className={classes.check}>
            <span className="b-hidden">Selected</span>
          </span>
          <span role="columnheader">Flag</span>
          <span role="columnheader" className={classes.wide}>
            Type
          </span>
          {environments.map((environment) => (
            <span
              role="columnheader"
              key={environment.key}
              className={`${classes.environment} ${classes.headEnvironment}`}
              data-kind={environment.kind}
              data-current={environment.key === current.key || undefined}
            >
              <EnvironmentIcon kind={environment.kind} size={13} /> {environmentName(environment)}
            </span>
          ))}
          <span role="columnheader" className={classes.wide}>
            Last evaluated
          </span>
          <span role="columnheader" className={classes.widest}>
            Owner
          </span>
          <span role="columnheader" className={classes.widest}>
            Last change
          </span>
        </div>
      </div>
      <div role="rowgroup" ref={body} style={{ position: 'relative', height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (!row) return null;
          return (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 2}
              className={`${classes.row} ${flashes(row, flashing) ? 'b-flash' : ''}`}
              data-active={item.index === active || undefined}
              style={{ position: 'absolute', top: item.start - top, left: 0, right: 0, height }}
            >
              {row.kind === 'namespace' ? (
                <NamespaceRow row={row} toggle={toggle} />
              ) : (
                <FlagCells
                  row={row}
                  environments={environments}
                  current={current}
                  selected={selection.keys.has(row.flag.key)}
                  select={selection.toggle}
                />
              )}
            </div>
          );
        })}
      </div>
    </div>
    // biome-ignore-end lint/a11y/useSemanticElements: see above
    // biome-ignore-end lint/a11y/useFocusableInteractive: see above
  );
}

const flashes = (row: Row, flashing: ReadonlySet<string>) =>
  row.kind === 'flag' && flashing.has(row.flag.key);

function rowKey(row: Row | undefined): string {
  if (!row) return '';
  return row.kind === 'flag' ? `f:${row.flag.key}` : `n:${row.path}`;
}
