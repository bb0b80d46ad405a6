import { Button, Group, Stack, Textarea } from '@mantine/core';
import { useState } from 'react';
import type { ApplyResult } from '@/api/types';
import { EnvironmentIcon, environmentName } from '@/components/environment-badge';
import { May } from '@/components/may';
import { useEnvironment, useProject } from '@/components/project-context';
import { ErrorState, SkeletonRows } from '@/components/states';
import { ConflictView } from './conflict-view';
import { type Draft, discardDraft } from './draft-store';
import { usePlan } from './plan';
import { PlanFault } from './plan-fault';
import { PlanView } from './plan-view';
import { Moved, type Published, usePublish } from './publish';
import classes from './review.module.css';

type Props = { draft: Draft; onPublished: (published: Published) => void };

export function Review({ draft, onPublished }: Props) {
  const plan = usePlan(draft);
  const { publish, rebase } = usePublish(onPublished);
  const [comment, setComment] = useState('');
  const moved = publish.error instanceof Moved ? publish.error : undefined;
  return (
    <Stack>
      {plan.isError && !plan.isFetching && (
        <PlanFault draft={draft} error={plan.error} retry={() => plan.refetch()} />
      )}
      {plan.isPending && <SkeletonRows rows={4} />}
      {plan.data && !plan.isError && <PlanView plan={plan.data} draft={draft} />}
      {plan.data?.changed === false && !plan.isError && (
        <Button
          variant="default"
          size="xs"
          style={{ alignSelf: 'flex-start' }}
          onClick={() => discardDraft(draft.project, draft.environment)}
        >
          Forget the draft
        </Button>
      )}
      {moved && (
        <ConflictView
          draft={draft}
          moved={moved}
          onKeepMine={async () => {
            await rebase(draft.environment);
            publish.reset();
          }}
          onTakeTheirs={() => publish.reset()}
        />
      )}
      {publish.isError && !moved && <ErrorState what="Nothing was published" error={publish.error} />}
      <PublishForm
        comment={comment}
        onComment={setComment}
        plan={plan.isError ? undefined : plan.data}
        shared={sharedOnly(draft)}
        busy={publish.isPending}
        blocked={moved !== undefined}
        onPublish={() => publish.mutate({ draft, comment })}
      />
    </Stack>
  );
}

/** Whether a draft changes only what every environment shares, which may reach none. */
function sharedOnly(draft: Draft): boolean {
  const configured = Object.values(draft.flags).some((flag) => flag.environments !== undefined);
  return !configured && Object.keys(draft.experiments).length === 0;
}

type FormProps = {
  shared: boolean;
  comment: string;
  onComment: (comment: string) => void;
  plan: ApplyResult | undefined;
  busy: boolean;
  blocked: boolean;
  onPublish: () => void;
};

function PublishForm(props: FormProps) {
  const project = useProject();
  const environment = useEnvironment();
  const needs = props.shared
    ? ({ to: 'edit_flags', at: project.key } as const)
    : ({ to: 'publish', at: `${project.key}/${environment.key}` } as const);
  return (
    <form
      data-kind={environment.kind}
      className={classes.publish}
      onSubmit={(event) => {
        event.preventDefault();
        props.onPublish();
      }}
    >
      <Textarea
        label="Comment"
        description="Optional; kept in the history."
        autosize
        minRows={1}
        maxRows={5}
        value={props.comment}
        onChange={(event) => props.onComment(event.currentTarget.value)}
      />
      <Group justify="flex-end">
        <May {...needs}>
          <Button
            type="submit"
            className={classes.button}
            leftSection={<EnvironmentIcon kind={environment.kind} size={16} />}
            loading={props.busy}
            disabled={!props.plan?.changed || props.blocked}
            data-autofocus
          >
            Publish to {environmentName(environment)}
          </Button>
        </May>
      </Group>
    </form>
  );
}
