import { Button, Checkbox, Text } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type RollbackResult, type RollbackTo, rollback, rollbackPlan } from '@/api/rollback';
import type { Change, Environment } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { environmentName } from '@/components/environment-badge';
import { May } from '@/components/may';
import { useProject } from '@/components/project-context';
import { QueryState } from '@/components/states';
import { Items } from './items';

type Props = { environment: Environment; to: RollbackTo; label: string };

/** What an object's rollback restores, by the kind of its change; other kinds have no state to go back to. */
const restorable = ['configuration', 'flag', 'target_group', 'experiment', 'attribute'] as const;

/** Restore of one object to the state that a change left; nothing where that is no state of the environment. */
export function RestoreObject({ change, environment }: { change: Change; environment: Environment }) {
  const kind = restorable.find((known) => known === change.kind);
  const revision = change.revisions[environment.key];
  if (!kind || revision === undefined) return null;
  if (change.environment && change.environment !== environment.key) return null;
  return (
    <RollbackButton
      environment={environment}
      to={{ revision, kind, object: change.object }}
      label="Restore"
    />
  );
}

/** Takes an object or the environment back, after showing what that changes; a new revision. */
export function RollbackButton({ environment, to, label }: Props) {
  const project = useProject();
  const own = to.kind === undefined || to.kind === 'configuration' || to.kind === 'experiment';
  const [asking, setAsking] = useState(false);
  return (
    <>
      <May to={own ? 'publish' : 'edit_flags'} at={own ? `${project.key}/${environment.key}` : project.key}>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconHistory size={13} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          {label}
        </Button>
      </May>
      {asking && <RollbackConfirm environment={environment} to={to} onClose={() => setAsking(false)} />}
    </>
  );
}

type ConfirmProps = { environment: Environment; to: RollbackTo; onClose: () => void };

function RollbackConfirm({ environment, to, onClose }: ConfirmProps) {
  const project = useProject();
  const client = useQueryClient();
  const [shared, setShared] = useState(false);
  const wanted = to.object ? to : { ...to, shared };
  const plan = useQuery(rollbackPlan(project.key, environment.key, wanted));
  return (
    <Confirm
      opened
      onClose={onClose}
      title={`Go back to revision ${to.revision}?`}
      verb={`Roll back in ${environmentName(environment)}`}
      environment={environment}
      withReason
      disabled={!plan.data?.changed}
      action={async (reason) => {
        // What was shown is what happens: nothing else may have been published since.
        await rollback(
          project.key,
          environment.key,
          { ...wanted, comment: reason || undefined },
          plan.data?.revisions[environment.key],
        );
        await client.invalidateQueries({ queryKey: ['project', project.key] });
      }}
    >
      <QueryState query={plan} what="This cannot be rolled back">
        {(result) => <Preview result={result} />}
      </QueryState>
      {!to.object && (
        <Checkbox
          mt="sm"
          label="Also what other environments see: flag fields, target groups, attributes"
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
      )}
    </Confirm>
  );
}

function Preview({ result }: { result: RollbackResult }) {
  if (!result.changed) return <>It is what it was then: there is nothing to roll back.</>;
  return (
    <>
      <Items label="What changes" items={result.plan} />
      {result.kept.length > 0 && (
        <>
          <Text size="sm" mt="sm">
            This was different too and stays as it is, because other environments see it:
          </Text>
          <Items label="What stays" items={result.kept} />
        </>
      )}
    </>
  );
}
