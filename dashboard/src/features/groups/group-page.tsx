import { Badge, Tabs } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { groupsQuery } from '@/api/groups';
import type { Group } from '@/api/types';
import { ChangeList } from '@/components/history/change-list';
import { RestoreObject } from '@/components/history/rollback-button';
import { ButtonLink } from '@/components/links';
import { MayEdit } from '@/components/may';
import { Page } from '@/components/page';
import { useEnvironment, useProject } from '@/components/project-context';
import { EmptyState, QueryState } from '@/components/states';
import { useDraft } from '@/features/review';
import { DeleteGroup } from './delete-group';
import { MembersTab } from './members-tab';
import { UsedByList } from './used-by-list';

const from = '/frame/p/$project/e/$environment/groups/$key';

/** One target group; also one that is only in the draft so far. */
export function GroupPage() {
  const { key } = useParams({ from });
  const project = useProject();
  const environment = useEnvironment();
  const query = useQuery(groupsQuery(project.key));
  const drafted = useDraft(project.key, environment.key)?.targetGroups[key];
  const group = query.data?.find((item) => item.key === key);
  if (group) return <Loaded key={key} group={group} />;
  if (query.data && drafted) return <NotYetPublished key={key} name={key} />;
  if (query.data) return <NoSuchGroup name={key} />;
  return (
    <Page title={key}>
      <QueryState query={query} what={`The target group ${key} could not be loaded`}>
        {() => null}
      </QueryState>
    </Page>
  );
}

function NotYetPublished({ name }: { name: string }) {
  const project = useProject();
  return (
    <Page
      title={name}
      before={
        <Badge variant="light" color="yellow" tt="none">
          not published yet
        </Badge>
      }
    >
      <MayEdit to="edit_flags" at={project.key}>
        <MembersTab name={name} group={undefined} />
      </MayEdit>
    </Page>
  );
}

function Loaded({ group }: { group: Group }) {
  const project = useProject();
  const environment = useEnvironment();
  const { tab } = useSearch({ from });
  const navigate = useNavigate();
  const current = tab === 'history' || tab === 'used' ? tab : 'members';
  return (
    <Page title={group.key} summary={group.summary} actions={<DeleteGroup group={group} />}>
      <Tabs
        value={current}
        onChange={(next) =>
          void navigate({ to: '.', search: (before) => ({ ...before, tab: next ?? undefined }) })
        }
        keepMounted={false}
      >
        <Tabs.List aria-label="About this target group">
          <Tabs.Tab value="members">Who is in it</Tabs.Tab>
          <Tabs.Tab value="used">Used by ({group.usedBy.length})</Tabs.Tab>
          <Tabs.Tab value="history">History</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="members" pt="sm">
          <MayEdit to="edit_flags" at={project.key}>
            <MembersTab name={group.key} group={group} />
          </MayEdit>
        </Tabs.Panel>
        <Tabs.Panel value="used" pt="sm">
          <UsedByList group={group} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <ChangeList
            filter={{ object: group.key, kind: 'target_group' }}
            action={(change, newest) =>
              newest ? null : <RestoreObject change={change} environment={environment} />
            }
            empty={{
              title: 'Nothing has happened to it yet',
              body: 'Each change appears here as a sentence.',
            }}
          />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function NoSuchGroup({ name }: { name: string }) {
  const project = useProject();
  const environment = useEnvironment();
  return (
    <EmptyState
      title={`There is no target group ${name} in ${project.name}`}
      actions={
        <ButtonLink
          to="/p/$project/e/$environment/groups"
          params={{ project: project.key, environment: environment.key }}
        >
          Show all target groups
        </ButtonLink>
      }
    >
      It may be misspelt, or somebody deleted it: the audit log says who.
    </EmptyState>
  );
}
