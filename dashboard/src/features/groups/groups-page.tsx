import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { groupsQuery } from '@/api/groups';
import type { Group } from '@/api/types';
import { AnchorLink } from '@/components/links';
import { May } from '@/components/may';
import { Page } from '@/components/page';
import { useEnvironment, useProject } from '@/components/project-context';
import { EmptyState, QueryState } from '@/components/states';
import { count } from '@/lib/names';
import classes from './groups.module.css';
import { NewGroup } from './new-group';

const from = '/frame/p/$project/e/$environment/groups';

/** Audiences that several flags share. */
export function GroupsPage() {
  const project = useProject();
  const search = useSearch({ from });
  const navigate = useNavigate();
  const query = useQuery(groupsQuery(project.key));
  const set = (open: 'empty' | 'example' | undefined) => {
    void navigate({ to: '.', search: (before) => ({ ...before, new: open }) });
  };
  return (
    <Page
      title="Target groups"
      summary={query.data && `${count(query.data.length, 'group')}, shared by every environment`}
      actions={
        <May to="edit_flags" at={project.key}>
          <Button onClick={() => set('empty')}>New group</Button>
        </May>
      }
    >
      <QueryState query={query} what="The target groups could not be loaded">
        {(items) =>
          items.length === 0 ? (
            <EmptyState
              title="No target group yet"
              actions={
                <May to="edit_flags" at={project.key}>
                  <Button variant="default" onClick={() => set('example')}>
                    Start from the example
                  </Button>
                </May>
              }
            >
              A target group is an audience that many flags can name. For example “Beta users”: email ends
              with @us.example.
            </EmptyState>
          ) : (
            <GroupTable items={items} />
          )
        }
      </QueryState>
      <NewGroup
        opened={search.new !== undefined}
        example={search.new === 'example'}
        taken={query.data?.map((item) => item.key) ?? []}
        onClose={() => set(undefined)}
      />
    </Page>
  );
}

/** How many flags and experiments name the group. */
export function usedByWords(group: Group): string {
  if (group.usedBy.length === 0) return 'not used';
  const keys = new Set(group.usedBy.map((use) => `${use.kind} ${use.key}`));
  const environments = new Set(group.usedBy.flatMap((use) => use.environment ?? []));
  const places = environments.size > 0 ? ` in ${count(environments.size, 'environment')}` : '';
  return `${count(keys.size, 'object')}${places}`;
}

function GroupTable({ items }: { items: Group[] }) {
  const project = useProject();
  const environment = useEnvironment();
  return (
    <div className="b-scroll-x">
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Target group</th>
            <th scope="col">Who is in it</th>
            <th scope="col">Included</th>
            <th scope="col">Excluded</th>
            <th scope="col">Used by</th>
          </tr>
        </thead>
        <tbody>
          {items.map((group) => (
            <tr key={group.key}>
              <td>
                <AnchorLink
                  fw={600}
                  to="/p/$project/e/$environment/groups/$key"
                  params={{ project: project.key, environment: environment.key, key: group.key }}
                >
                  {group.key}
                </AnchorLink>
                {group.description && <div>{group.description}</div>}
              </td>
              <td>{group.summary}</td>
              <td>{(group.include?.length ?? 0).toLocaleString('en')}</td>
              <td>{(group.exclude?.length ?? 0).toLocaleString('en')}</td>
              <td>{usedByWords(group)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
