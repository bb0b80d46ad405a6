import { Alert, Checkbox, Text, TextInput } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { propose } from '@/api/requests';
import { type RollbackResult, type RollbackTo, rollback, rollbackPlan } from '@/api/rollback';
import type { Environment } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { environmentName } from '@/components/environment-badge';
import { useRefusal } from '@/components/may';
import { useProject } from '@/components/project-context';
import { QueryState } from '@/components/states';
import { count } from '@/lib/names';
import { Items } from './items';

/** Whether what is taken back is the environment's own, and takes the right to publish there. */
export const ownState = (to: RollbackTo) =>
  to.kind === undefined || to.kind === 'configuration' || to.kind === 'experiment';

type Props = { environment: Environment; to: RollbackTo; onClose: () => void };

/** Shows what going back changes; it happens at once, or becomes a change request where approvals are needed. */
export function RollbackConfirm({ environment, to, onClose }: Props) {
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const here = `${project.key}/${environment.key}`;
  const [shared, setShared] = useState(false);
  const [emergency, setEmergency] = useState<string>();
  const wanted = to.object ? to : { ...to, shared };
  const plan = useQuery(rollbackPlan(project.key, environment.key, wanted));
  const mayNot = useRefusal({ to: 'publish', at: here }) !== undefined && ownState(to);
  const mayBypass = useRefusal({ to: 'bypass', at: here }) === undefined;
  const review = plan.data?.review ?? {};
  const needed = Object.keys(review).length > 0;
  const proposes = (needed || mayNot) && emergency === undefined;
  const name = environmentName(environment);

  const go = async (reason: string) => {
    const comment = reason.trim() || undefined;
    if (proposes) {
      const title = `Roll ${to.object ?? environment.name} back to revision ${to.revision}`;
      const back = { ...wanted, environment: environment.key };
      const made = await propose(project.key, { title, comment, rollback: back });
      await navigate({
        to: '/p/$project/change-requests/$number',
        params: { project: project.key, number: String(made.number) },
      });
    } else {
      // What was shown is what happens: nothing else may have been published since.
      const body = { ...wanted, comment, bypass: emergency?.trim() };
      await rollback(project.key, environment.key, body, plan.data?.revisions[environment.key]);
    }
    await client.invalidateQueries({ queryKey: ['project', project.key] });
  };

  return (
    <Confirm
      opened
      onClose={onClose}
      title={`Go back to revision ${to.revision}?`}
      verb={proposes ? 'Request review' : `Roll back in ${name}${emergency === undefined ? '' : ' now'}`}
      danger={emergency !== undefined}
      environment={environment}
      withReason={emergency === undefined}
      disabled={!plan.data?.changed || emergency?.trim() === ''}
      action={go}
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
      {plan.data?.changed && needed && <Needs review={review} />}
      {plan.data?.changed && needed && mayBypass && <Emergency reason={emergency} onChange={setEmergency} />}
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

/** Says which approvals are missing, and what becomes of the rollback. */
function Needs({ review }: { review: Record<string, number> }) {
  const project = useProject();
  const named = (key: string) => project.environments.find((item) => item.key === key)?.name ?? key;
  const parts = Object.entries(review).map(([key, n]) => `${count(n, 'approval')} in ${named(key)}`);
  return (
    <Alert mt="sm" color="navy" p="xs" icon={<IconShieldCheck size={18} aria-hidden />}>
      This needs {parts.join(', ')}: it becomes a change request.
    </Alert>
  );
}

type EmergencyProps = { reason: string | undefined; onChange: (reason: string | undefined) => void };

/** Past the approvals, for who has the right, with a reason. */
function Emergency({ reason, onChange }: EmergencyProps) {
  return (
    <>
      <Checkbox
        mt="sm"
        label="Roll back now, past the approvals"
        checked={reason !== undefined}
        onChange={(event) => onChange(event.currentTarget.checked ? '' : undefined)}
      />
      {reason !== undefined && (
        <TextInput
          mt="xs"
          label="Reason"
          description="Why nobody can be waited for; it stays in the audit log."
          required
          maxLength={2000}
          value={reason}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </>
  );
}
