import { Button, Tabs } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { flagsQuery } from '@/api/flags';
import { May } from '@/components/may';
import { Page } from '@/components/page';
import { useEnvironment, useProject } from '@/components/project-context';
import { QueryState, SkeletonRows } from '@/components/states';
import { count } from '@/lib/names';
import { type Tab, tabCounts, tabNames, tabs } from './flag-filter';
import { FlagList } from './flag-list';
import { SwitchFlag } from './switch-flag';

const NewFlagForm = lazy(() => import('./new-flag-form').then((module) => ({ default: module.NewFlagForm })));

/** S4: every flag of the project, what it serves where, and one press to change that. */
export function FlagsPage() {
  const project = useProject();
  const environment = useEnvironment();
  const search = useSearch({ from: '/frame/p/$project/e/$environment/flags' });
  const navigate = useNavigate({ from: '/p/$project/e/$environment/flags' });
  const tab: Tab = tabs.find((item) => item === search.tab) ?? 'all';
  const live = useQuery(flagsQuery(project.key));
  const archived = useQuery({
    ...flagsQuery(project.key, true),
    placeholderData: undefined,
    // Only its number is shown at first: the list itself comes before it.
    enabled: tab === 'archived' || live.isSuccess,
  });
  const query = tab === 'archived' ? archived : live;
  const counts = tabCounts(live.data ?? [], archived.data?.length);
  const set = (change: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...change }) });
  const summary = live.data
    ? `${count(live.data.length, 'flag')}, ${count(environment.connectedInstances, 'instance')} connected in ${environment.name}`
    : undefined;
  return (
    <SwitchFlag>
      <Page
        title="Flags"
        summary={summary}
        actions={
          <May to="edit_flags" at={project.key}>
            <Button
              size="xs"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => set({ create: search.create ? undefined : true })}
              aria-expanded={search.create === true}
            >
              New flag
            </Button>
          </May>
        }
      >
        {search.create && (
          <Suspense>
            <NewFlagForm initial={search.q ?? ''} onClose={() => set({ create: undefined })} />
          </Suspense>
        )}
        <Tabs value={tab} onChange={(next) => set({ tab: next === 'all' || !next ? undefined : next })}>
          <Tabs.List>
            {tabs.map((item) => (
              <Tabs.Tab key={item} value={item}>
                {tabNames[item]} {live.data && counts[item] !== undefined && <small>{counts[item]}</small>}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </Tabs>
        <QueryState query={query} what="The flags could not be loaded" loading={<SkeletonRows rows={17} />}>
          {(flags) => <FlagList flags={flags} tab={tab} search={search} set={set} />}
        </QueryState>
      </Page>
    </SwitchFlag>
  );
}
