import { Button, Stack } from '@mantine/core';
import { ErrorState, SkeletonRows } from '@/components/states';
import { ConflictView } from './conflict-view';
import { type Draft, discardDraft } from './draft-store';
import { usePlan } from './plan';
import { PlanFault } from './plan-fault';
import { PlanView } from './plan-view';
import { usePropose } from './propose';
import { Moved, type Published, usePublish, useSend } from './publish';
import { SendForm, type Sending } from './send-form';

type Props = { draft: Draft; onPublished: (published: Published) => void };

/** What the draft would change, what stands in its way, and what becomes of it. */
export function Review({ draft, onPublished }: Props) {
  const plan = usePlan(draft);
  const publish = usePublish(onPublished);
  const proposal = usePropose();
  const { settle } = useSend();
  const error = publish.error ?? proposal.error;
  const moved = error instanceof Moved ? error : undefined;
  const reset = () => {
    publish.reset();
    proposal.reset();
  };
  const send = ({ way, title, comment, bypass, at }: Sending) => {
    reset();
    if (way === 'publish' || way === 'bypass') publish.mutate({ draft, words: { comment, bypass } });
    else proposal.mutate({ draft, title, comment, asDraft: way === 'draft', at });
  };
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
          units={moved.units}
          onSettle={async (merged) => {
            await settle(draft, moved.units, merged);
            reset();
          }}
        />
      )}
      {error && !moved && <ErrorState what="Nothing was published" error={error} />}
      <SendForm
        draft={draft}
        plan={plan.isError ? undefined : plan.data}
        busy={publish.isPending || proposal.isPending}
        blocked={moved !== undefined}
        onSend={send}
      />
    </Stack>
  );
}
