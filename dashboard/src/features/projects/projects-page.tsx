import { Button, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { archivedProjectsQuery, restoreProject } from '@/api/environments';
import { projectsQuery } from '@/api/projects';
import type { Environment, Project } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { AnchorLink } from '@/components/links';
import { May } from '@/components/may';
import { Page } from '@/components/page';
import { EmptyState, QueryState, SkeletonRows } from '@/components/states';
import { Time } from '@/components/time';
import { count } from '@/lib/names';
import { ArchivedList } from './archived-list';
import { NewProject } from './new-project';
import classes from './projects.module.css';

/** All projects, each with its environments and who is connected there. */
export function ProjectsPage() {
  const projects = useQuery(projectsQuery());
  const [making, setMaking] = useState(false);
  return (
    <Page
      title="Projects"
      summary="A project is the set of flags that the programs of one product share."
      actions={
        <May to="manage_project" at="">
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
            New project
          </Button>
        </May>
      }
    >
      <QueryState
        query={projects}
        what="The projects could not be loaded"
        loading={<SkeletonRows rows={4} height="72px" />}
      >
        {(items) =>
          items.length === 0 ? (
            <EmptyState title="No projects">This server holds no project that you may see.</EmptyState>
          ) : (
            <div className="b-panel b-scroll-x">
              <Table verticalSpacing="sm" horizontalSpacing="md" miw={640}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>Project</Table.Th>
                    <Table.Th>Environments</Table.Th>
                    <Table.Th>Flags</Table.Th>
                    <Table.Th>Last change</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {items.map((project) => (
                    <ProjectRow key={project.key} project={project} />
                  ))}
                </Table.Tbody>
              </Table>
            </div>
          )
        }
      </QueryState>
      <ArchivedProjects />
      <NewProject opened={making} onClose={() => setMaking(false)} />
    </Page>
  );
}

/** The archived projects, each to be restored; nothing where there is none. */
function ArchivedProjects() {
  const archived = useQuery(archivedProjectsQuery());
  return (
    <ArchivedList
      id="archived-projects"
      items={archived.data ?? []}
      at={(item) => item.key}
      project={(item) => item.key}
      restore={restoreProject}
    />
  );
}

function ProjectRow({ project }: { project: Project }) {
  const changes = project.environments.flatMap((item) => (item.lastChange ? [item.lastChange] : []));
  const last = changes.sort((a, b) => b.at - a.at)[0];
  return (
    <Table.Tr>
      <Table.Td>
        <AnchorLink to="/p/$project/settings" params={{ project: project.key }} fw={600}>
          {project.name}
        </AnchorLink>
        <Text size="xs" c="dimmed" className="b-mono">
          {project.key}
        </Text>
      </Table.Td>
      <Table.Td>
        <ul className={classes.environments}>
          {project.environments.map((environment) => (
            <EnvironmentLine key={environment.key} project={project.key} environment={environment} />
          ))}
        </ul>
      </Table.Td>
      <Table.Td>{project.flagCount.toLocaleString('en')}</Table.Td>
      <Table.Td>
        {last ? (
          <>
            {last.actor}, <Time at={last.at} />
          </>
        ) : (
          <Text size="sm" c="dimmed">
            none yet
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function EnvironmentLine({ project, environment }: { project: string; environment: Environment }) {
  const connected = environment.connectedInstances;
  return (
    <li>
      <AnchorLink
        to="/p/$project/e/$environment/flags"
        params={{ project, environment: environment.key }}
        underline="never"
        aria-label={`Flags of ${environment.name}`}
      >
        <EnvironmentBadge environment={environment} />
      </AnchorLink>
      <span className={classes.dot} data-on={connected > 0 || undefined} aria-hidden />
      <Text size="sm" component="span" c={connected > 0 ? undefined : 'dimmed'}>
        {connected > 0 ? `${count(connected, 'instance')} connected` : 'no program connected'}
      </Text>
    </li>
  );
}
