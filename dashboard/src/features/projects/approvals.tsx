import { Button, Group, NumberInput, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldFault } from '@/api/client';
import { rolesQuery } from '@/api/people';
import { setApprovals } from '@/api/requests';
import type { Environment } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { AnchorLink } from '@/components/links';
import { MayEdit } from '@/components/may';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import classes from './projects.module.css';

/** How many people have to approve a change of each environment, and who goes past that in an emergency. */
export function Approvals() {
  const project = useProject();
  const roles = useQuery(rolesQuery()).data ?? [];
  const bypass = roles.filter((role) => role.actions.includes('bypass')).map((role) => role.name);
  const approve = roles.filter((role) => role.actions.includes('approve')).map((role) => role.name);
  return (
    <>
      <Stack gap={4} mb="md" maw={720}>
        <Text size="sm">
          Where approvals are needed nobody publishes directly: a change becomes a{' '}
          <AnchorLink
            underline="always"
            inherit
            to="/p/$project/change-requests"
            params={{ project: project.key }}
          >
            change request
          </AnchorLink>{' '}
          that others approve. Off, Stop and Undo stay immediate.
        </Text>
        {approve.length > 0 && (
          <Text size="sm">
            Roles that approve: {approve.join(', ')}. Roles that publish past the approvals, with a reason:{' '}
            {bypass.join(', ') || 'none'}.
          </Text>
        )}
      </Stack>
      {project.environments.map((environment) => (
        <section
          key={environment.key}
          className={`b-panel ${classes.environment}`}
          data-kind={environment.kind}
          aria-label={environment.name}
          style={{ marginBottom: 16 }}
        >
          <h2 style={{ margin: '0 0 8px', fontSize: 'inherit' }}>
            <EnvironmentBadge environment={environment} />
          </h2>
          <MayEdit to="manage_project" at={`${project.key}/${environment.key}`}>
            <ApprovalsForm key={environment.approvals} environment={environment} />
          </MayEdit>
        </section>
      ))}
    </>
  );
}

function ApprovalsForm({ environment }: { environment: Environment }) {
  const project = useProject();
  const client = useQueryClient();
  const [needed, setNeeded] = useState<number | string>(environment.approvals);
  const save = useMutation({
    mutationFn: () => setApprovals(project.key, environment.key, Number(needed)),
    onSuccess: () => client.invalidateQueries({ queryKey: ['project', project.key] }),
  });
  const fault = fieldFault(save.error, 'approvals');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Group align="flex-end" gap="sm">
        <NumberInput
          label="Approvals that a change needs"
          description="0 publishes at once"
          min={0}
          max={20}
          allowDecimal={false}
          w={220}
          value={needed}
          onChange={setNeeded}
          error={fault}
        />
        <Button
          type="submit"
          loading={save.isPending}
          disabled={needed === '' || Number(needed) === environment.approvals}
        >
          Save
        </Button>
      </Group>
      {save.isError && !fault && <ErrorState what="It was not saved" error={save.error} />}
    </form>
  );
}
