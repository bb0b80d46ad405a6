import { Alert, Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { promote } from '@/api/environments';
import { propose } from '@/api/requests';
import type { ApplyResult, Environment } from '@/api/types';
import { EnvironmentBadge, environmentName } from '@/components/environment-badge';
import { PlanItems, PlanItemView } from '@/components/history/plan-item';
import { useRefusal } from '@/components/may';
import { useProject } from '@/components/project-context';
import { ErrorState, QueryState, SkeletonRows } from '@/components/states';
import { count } from '@/lib/names';

type Props = {
  opened: boolean;
  onClose: () => void;
  onDone: () => void;
  from: Environment;
  to: Environment;
  flags: string[];
};

/** What promoting would change, before it does; where approvals are needed it becomes a change request. */
export function PromoteModal(props: Props) {
  const title = `Promote ${count(props.flags.length, 'flag')} from ${props.from.name} to ${props.to.name}`;
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={title} size="lg" centered>
      {props.opened && <Preview {...props} />}
    </Modal>
  );
}

function Preview(props: Props) {
  const { from, to, flags } = props;
  const project = useProject();
  const plan = useQuery({
    queryKey: ['promotion', project.key, from.key, to.key, flags], // what is live moves on as it is published
    queryFn: () => promote(project.key, to.key, { from: from.key, flags, dryRun: true }),
    staleTime: 0,
    gcTime: 0,
  });
  return (
    <QueryState
      query={plan}
      what="What it would change could not be worked out"
      loading={<SkeletonRows rows={3} />}
    >
      {(planned) => <Send {...props} plan={planned} />}
    </QueryState>
  );
}

function Send({ from, to, flags, plan, onClose, onDone }: Props & { plan: ApplyResult }) {
  const project = useProject();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [comment, setComment] = useState('');
  const mayPublish = useRefusal({ to: 'publish', at: `${project.key}/${to.key}` }) === undefined;
  const review = Object.keys(plan.review ?? {}).length > 0 || !mayPublish;
  const words = comment.trim() || undefined;
  const send = useMutation({
    mutationFn: async () => {
      if (!review) {
        await promote(project.key, to.key, { from: from.key, flags, expect: plan.revisions, comment: words });
        return undefined;
      }
      const title = words ?? `Promote ${count(flags.length, 'flag')} from ${from.name} to ${to.name}`;
      const promotion = { from: from.key, to: to.key, flags };
      return propose(project.key, {
        title: title.slice(0, 200),
        comment: words,
        expect: plan.revisions,
        promotion,
      });
    },
    onSuccess: async (request) => {
      onClose();
      onDone();
      await client.invalidateQueries({ queryKey: ['project', project.key] });
      if (request) {
        await navigate({
          to: '/p/$project/change-requests/$number',
          params: { project: project.key, number: String(request.number) },
        });
      }
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send.mutate();
      }}
    >
      <Stack gap="sm">
        <div>
          <EnvironmentBadge environment={to} />
        </div>
        {!plan.changed && <Text size="sm">This is what is live already: there is nothing to promote.</Text>}
        <PlanItems label="What it changes">
          {plan.plan.map((item) => (
            <PlanItemView key={item.object} item={item} />
          ))}
        </PlanItems>
        {(plan.warnings ?? []).length > 0 && (
          <Alert color="yellow" title="Look at this first">
            {plan.warnings.map((warning) => (
              <Text key={`${warning.path} ${warning.message}`} size="sm">
                {warning.message}
              </Text>
            ))}
          </Alert>
        )}
        <TextInput
          label="Note"
          description="Why, for the history."
          value={comment}
          maxLength={2000}
          onChange={(event) => setComment(event.currentTarget.value)}
        />
        {review && (
          <Text size="sm" role="note">
            Somebody else has to approve it: it becomes a change request.
          </Text>
        )}
        {send.isError && <ErrorState what="Nothing was promoted" error={send.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={send.isPending} disabled={!plan.changed}>
            {review ? 'Request review' : `Promote to ${environmentName(to)}`}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
