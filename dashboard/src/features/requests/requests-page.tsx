import { Button, Group, NativeSelect, Table, Tabs, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { requestsQuery } from '@/api/requests';
import type { ChangeRequest, Project } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { AnchorLink } from '@/components/links';
import { ListTable } from '@/components/list-table';
import { Page } from '@/components/page';
import { useProject } from '@/components/project-context';
import { ShowOlder } from '@/components/show-older';
import { EmptyState, ErrorState, SkeletonRows } from '@/components/states';
import { Time } from '@/components/time';
import { RequestBadge } from './state-badge';
import { approvalWords, objectWords, whenWords } from './words';

const from = '/frame/p/$project/change-requests';

const tabs = {
  open: { name: 'Open', states: ['open'], empty: 'Nobody waits for an approval.' },
  drafts: { name: 'Drafts', states: ['draft'], empty: 'Changes that are saved for later appear here.' },
  scheduled: {
    name: 'Scheduled',
    states: ['open'],
    scheduled: true,
    empty: 'Changes that are published at a time appear here until then.',
  },
  published: { name: 'Published', states: ['published'], empty: 'No change request was published yet.' },
  closed: {
    name: 'Closed',
    states: ['rejected', 'withdrawn'],
    empty: 'No change request was rejected or withdrawn.',
  },
} as const;
type Tab = keyof typeof tabs;

/** Every change that somebody proposes, by how far it has come. */
export function RequestsPage() {
  const search = useSearch({ from });
  const navigate = useNavigate();
  const tab: Tab = search.tab && search.tab in tabs ? (search.tab as Tab) : 'open';
  const set = (part: Partial<typeof search>) =>
    void navigate({ to: '.', search: (before) => ({ ...before, ...part }), replace: true });
  return (
    <Page title="Change requests" summary="What is proposed, who has looked at it, and when it goes live">
      <Tabs
        value={tab}
        onChange={(next) => set({ tab: next === 'open' || !next ? undefined : next })}
        keepMounted={false}
      >
        <Tabs.List mb="xs" aria-label="How far they have come">
          {Object.entries(tabs).map(([id, { name }]) => (
            <Tabs.Tab key={id} value={id}>
              {name}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value={tab}>
          <Filters who={search.who ?? ''} env={search.env ?? ''} set={set} />
          <List key={tab} tab={tab} who={search.who ?? ''} env={search.env ?? ''} set={set} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

type Filter = { who: string; env: string; set: (part: { who?: string; env?: string }) => void };

function Filters({ who, env, set }: Filter) {
  const project = useProject();
  return (
    <Group gap="xs" mb="sm" align="flex-end" role="search" aria-label="Filter the change requests">
      <TextInput
        size="xs"
        label="Proposed by"
        placeholder="ann@corp.example"
        value={who}
        onChange={(event) => set({ who: event.currentTarget.value || undefined })}
        data-filter
      />
      <NativeSelect
        size="xs"
        label="Environment"
        value={env}
        onChange={(event) => set({ env: event.currentTarget.value || undefined })}
        data={[
          { value: '', label: 'every environment' },
          ...project.environments.map((item) => ({ value: item.key, label: item.name })),
        ]}
      />
    </Group>
  );
}

function List({ tab, who, env, set }: Filter & { tab: Tab }) {
  const project = useProject();
  const { states, ...rest } = tabs[tab];
  const scheduled = 'scheduled' in rest ? rest.scheduled : undefined;
  const query = useInfiniteQuery(requestsQuery(project.key, { states: [...states], scheduled }));
  const all = query.data?.pages.flatMap((page) => page.items);
  if (all === undefined) {
    return query.isError ? (
      <ErrorState
        what="The change requests could not be loaded"
        error={query.error}
        retry={() => query.refetch()}
      />
    ) : (
      <SkeletonRows rows={6} />
    );
  }
  const shown = all.filter(
    (item) =>
      item.author.name.toLowerCase().includes(who.trim().toLowerCase()) &&
      (env === '' || item.environments.includes(env)),
  );
  return (
    <>
      {query.isError && (
        <ErrorState
          what="The change requests could not be refreshed"
          error={query.error}
          retry={() => query.refetch()}
        />
      )}
      {shown.length > 0 && <RequestTable project={project} items={shown} />}
      {all.length === 0 && !query.isError && (
        <EmptyState title={`Nothing under “${tabs[tab].name}”`}>{tabs[tab].empty}</EmptyState>
      )}
      {all.length > 0 && shown.length === 0 && (
        <EmptyState
          title="No change request fits these filters"
          actions={
            <Button variant="default" size="xs" onClick={() => set({ who: undefined, env: undefined })}>
              Clear the filters
            </Button>
          }
        />
      )}
      <ShowOlder query={query} />
    </>
  );
}

function RequestTable({ project, items }: { project: Project; items: ChangeRequest[] }) {
  return (
    <ListTable
      label="Change requests"
      columns={['Number', 'What', 'By', 'Concerns', 'Approvals', 'State', 'When']}
      actions={false}
    >
      {items.map((item) => (
        <Table.Tr key={item.number}>
          <Table.Td>#{item.number}</Table.Td>
          <Table.Td style={{ overflowWrap: 'anywhere', minWidth: 180 }}>
            <AnchorLink
              underline="always"
              to="/p/$project/change-requests/$number"
              params={{ project: project.key, number: String(item.number) }}
            >
              {item.title}
            </AnchorLink>{' '}
            <Text size="xs" c="dimmed" component="span">
              {objectWords(item)}
            </Text>
          </Table.Td>
          <Table.Td>{item.author.name}</Table.Td>
          <Table.Td>
            <Group gap={4}>
              {project.environments
                .filter((environment) => item.environments.includes(environment.key))
                .map((environment) => (
                  <EnvironmentBadge key={environment.key} environment={environment} />
                ))}
            </Group>
          </Table.Td>
          <Table.Td>{approvalWords(item)}</Table.Td>
          <Table.Td>
            <RequestBadge request={item} />
          </Table.Td>
          <Table.Td style={{ whiteSpace: 'nowrap' }}>
            {item.publishAt ? `at ${whenWords(item.publishAt)}` : <Time at={item.updatedAt} />}
          </Table.Td>
        </Table.Tr>
      ))}
    </ListTable>
  );
}
