import { ActionIcon, Button, Group, Text } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { archiveEnvironment, orderEnvironments, restoreEnvironment } from '@/api/environments';
import { projectQuery } from '@/api/projects';
import type { Environment } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { ButtonLink } from '@/components/links';
import { May } from '@/components/may';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { count } from '@/lib/names';
import { ArchiveConfirm } from './archive';
import { ArchivedList } from './archived-list';
import { EnvironmentForm } from './environment-form';
import classes from './projects.module.css';

/** A project's environments in their order: make, change, move, archive, restore. */
export function EnvironmentsTab() {
  const project = useProject();
  const [making, setMaking] = useState(false);
  const move = useMove();
  return (
    <>
      <Group mb="md" gap="sm">
        <May to="manage_project" at={project.key}>
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
            New environment
          </Button>
        </May>
        <ButtonLink variant="default" to="/p/$project/compare" params={{ project: project.key }}>
          Compare environments
        </ButtonLink>
      </Group>
      {move.isError && <ErrorState what="The order was not saved" error={move.error} />}
      <ol className={classes.order} aria-label="Environments">
        {project.environments.map((environment, index) => (
          <EnvironmentRow
            key={environment.key}
            environment={environment}
            index={index}
            onMove={(by) => move.mutate({ environment, by })}
            moving={move.isPending}
          />
        ))}
      </ol>
      <Archived />
      <EnvironmentForm opened={making} onClose={() => setMaking(false)} />
    </>
  );
}

/** Moves an environment up or down, and says what the order is then. */
function useMove() {
  const project = useProject();
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ environment, by }: { environment: Environment; by: -1 | 1 }) => {
      const keys = project.environments.map((item) => item.key);
      const at = keys.indexOf(environment.key);
      keys.splice(at, 1);
      keys.splice(at + by, 0, environment.key);
      return orderEnvironments(project.key, keys);
    },
    onSuccess: async (saved) => {
      client.setQueryData(projectQuery(project.key).queryKey, saved);
      await client.invalidateQueries({ queryKey: ['projects'] });
    },
  });
}

type RowProps = { environment: Environment; index: number; onMove: (by: -1 | 1) => void; moving: boolean };

function EnvironmentRow({ environment, index, onMove, moving }: RowProps) {
  const project = useProject();
  const client = useQueryClient();
  const [changing, setChanging] = useState(false);
  const [archiving, setArchiving] = useState(false);
  const at = `${project.key}/${environment.key}`;
  const last = project.environments.length - 1;
  return (
    <li className={`b-panel ${classes.environment}`} data-kind={environment.kind}>
      <div className={classes.environmentHead} style={{ marginBottom: 0 }}>
        <EnvironmentBadge environment={environment} />
        <Text size="sm" c="dimmed" component="span" style={{ flex: 1 }}>
          <span className="b-mono">{environment.key}</span>, revision {environment.revision},{' '}
          {count(environment.connectedInstances, 'connected instance')}
          {environment.approvals > 0 && `, ${count(environment.approvals, 'approval')} needed`}
        </Text>
        <May to="manage_project" at={project.key}>
          <ActionIcon
            variant="default"
            aria-label={`Move ${environment.name} up`}
            disabled={index === 0 || moving}
            onClick={() => onMove(-1)}
          >
            <IconArrowUp size={16} aria-hidden />
          </ActionIcon>
        </May>
        <May to="manage_project" at={project.key}>
          <ActionIcon
            variant="default"
            aria-label={`Move ${environment.name} down`}
            disabled={index === last || moving}
            onClick={() => onMove(1)}
          >
            <IconArrowDown size={16} aria-hidden />
          </ActionIcon>
        </May>
        <May to="manage_project" at={at}>
          <Button
            aria-label={`Change ${environment.name}`}
            size="xs"
            variant="default"
            onClick={() => setChanging(true)}
          >
            Change
          </Button>
        </May>
        <May to="manage_project" at={at}>
          <Button
            aria-label={`Archive ${environment.name}`}
            size="xs"
            variant="outline"
            color="red"
            disabled={last === 0}
            onClick={() => setArchiving(true)}
          >
            Archive
          </Button>
        </May>
      </div>
      <EnvironmentForm opened={changing} environment={environment} onClose={() => setChanging(false)} />
      <ArchiveConfirm
        opened={archiving}
        environment={environment}
        onClose={() => setArchiving(false)}
        action={async (force, reason) => {
          await archiveEnvironment(project.key, environment.key, force, reason || undefined);
          await client.invalidateQueries({ queryKey: ['project', project.key] });
          await client.invalidateQueries({ queryKey: ['projects'] });
        }}
      >
        <div>
          Its keys are no longer accepted. What its flags do, its keys and its history stay, and you can
          restore it.
        </div>
      </ArchiveConfirm>
    </li>
  );
}

/** What was archived, each to be restored. */
function Archived() {
  const project = useProject();
  return (
    <ArchivedList
      id="archived-environments"
      items={project.archivedEnvironments}
      at={(item) => `${project.key}/${item.key}`}
      project={() => project.key}
      restore={(key) => restoreEnvironment(project.key, key)}
    />
  );
}
