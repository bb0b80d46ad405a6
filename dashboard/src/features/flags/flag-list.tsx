import { Button } from '@mantine/core';
import { IconPlug, IconPlus } from '@tabler/icons-react';
import { lazy, Suspense, useDeferredValue, useMemo, useState } from 'react';
import type { FlagSummary } from '@/api/types';
import { ButtonLink } from '@/components/links';
import { May } from '@/components/may';
import { useEnvironment, useProject } from '@/components/project-context';
import { EmptyState } from '@/components/states';
import { BulkBar } from './bulk-bar';
import { type Filter, filtered, filterFlags, inTab, type Tab, tabNames } from './flag-filter';
import { FlagTable } from './flag-table';
import { flatRows, treeRows } from './flag-tree';
import { Toolbar } from './toolbar';
import { useFilterText } from './use-filter-text';
import { useFlash } from './use-flash';
import { useSelection } from './use-selection';

// What most visits to the list do not need comes when it is asked for.
const StaleTable = lazy(() => import('./stale-table').then((module) => ({ default: module.StaleTable })));

export type ListSearch = Filter & { flat?: true; create?: true };
type Props = {
  flags: FlagSummary[];
  tab: Tab;
  search: ListSearch;
  set: (change: Partial<ListSearch>) => void;
};

/** How many environments have a column; the others are one press away in the switch above. */
const pinned = 4;

/** The filter bar and the rows of one tab. */
export function FlagList({ flags, tab, search, set }: Props) {
  const project = useProject();
  const environment = useEnvironment();
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [text, setText] = useFilterText(search.q ?? '', (q) => set({ q }));
  const q = useDeferredValue(text);
  const filter = useMemo(() => ({ ...search, q }), [search, q]);
  const flashing = useFlash(flags);
  const columns = useMemo(() => {
    const all = project.environments;
    const first = all.slice(0, pinned);
    return first.some((item) => item.key === environment.key)
      ? first
      : [...first.slice(0, pinned - 1), environment];
  }, [project.environments, environment]);
  const inside = useMemo(() => flags.filter((flag) => inTab(flag, tab)), [flags, tab]);
  const hits = useMemo(() => filterFlags(inside, filter, environment.key), [inside, filter, environment.key]);
  const selection = useSelection(useMemo(() => inside.map((flag) => flag.key), [inside]));
  const flat = filter.flat || Boolean(filter.q?.trim());
  const rows = useMemo(() => (flat ? flatRows(hits) : treeRows(hits, closed)), [flat, hits, closed]);
  const toggle = useMemo(
    () => (path: string) =>
      setClosed((before) => {
        const next = new Set(before);
        if (!next.delete(path)) next.add(path);
        return next;
      }),
    [],
  );

  if (inside.length === 0) return <NoFlags tab={tab} create={() => set({ create: true })} />;
  return (
    <>
      <Toolbar flags={inside} search={search} text={text} setText={setText} set={set} />
      {hits.length === 0 && filtered(filter) ? (
        <NoMatch filter={filter} set={set} />
      ) : tab === 'stale' ? (
        <Suspense fallback={<div aria-busy="true" />}>
          <StaleTable flags={hits} />
        </Suspense>
      ) : (
        <FlagTable
          rows={rows}
          environments={columns}
          current={environment}
          flashing={flashing}
          toggle={toggle}
          selection={selection}
        />
      )}
      {tab !== 'archived' && tab !== 'stale' && <BulkBar flags={inside} selection={selection} />}
    </>
  );
}

function NoMatch({ filter, set }: { filter: Filter; set: Props['set'] }) {
  const project = useProject();
  const q = filter.q?.trim();
  const clear = () => set({ q: undefined, type: undefined, tag: undefined, serving: undefined });
  return (
    <EmptyState
      title={q ? `No match for “${q}”` : 'No flag fits these filters'}
      actions={
        <>
          <Button variant="default" size="xs" onClick={clear}>
            Clear filters
          </Button>
          {q && (
            <May to="edit_flags" at={project.key}>
              <Button
                size="xs"
                leftSection={<IconPlus size={14} aria-hidden />}
                onClick={() => set({ create: true })}
              >
                Create {q}
              </Button>
            </May>
          )}
        </>
      }
    >
      Name, description, tags and values are searched.
    </EmptyState>
  );
}

const emptyWords: Record<Exclude<Tab, 'all'>, string> = {
  rolling: 'No flag is given to a part of the users at the moment.',
  experiment: 'No experiment holds a flag at the moment.',
  code: 'Every flag that a program has registered was looked at by a person.',
  stale:
    'A flag comes here when it has served the same for 30 days, or when no program asks for it any more.',
  archived: 'Archived flags are kept here and can be restored.',
};

function NoFlags({ tab, create }: { tab: Tab; create: () => void }) {
  const project = useProject();
  const environment = useEnvironment();
  if (tab !== 'all') {
    return <EmptyState title={`Nothing under “${tabNames[tab]}”`}>{emptyWords[tab]}</EmptyState>;
  }
  return (
    <EmptyState
      title="No flags yet"
      actions={
        <>
          <ButtonLink
            leftSection={<IconPlug size={16} aria-hidden />}
            to="/p/$project/connect"
            params={{ project: project.key }}
            search={{ env: environment.key }}
          >
            Connect an application
          </ButtonLink>
          <May to="edit_flags" at={project.key}>
            <Button variant="default" onClick={create}>
              New flag
            </Button>
          </May>
        </>
      }
    >
      They register themselves when your app starts.
    </EmptyState>
  );
}
