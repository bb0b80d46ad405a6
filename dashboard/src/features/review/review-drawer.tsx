import { Button, Drawer, Group, List, Stack, Textarea } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { apply } from '@/api/apply';
import type { ApplyRequest } from '@/api/types';
import { EnvironmentBadge, environmentName } from '@/components/environment-badge';
import { useEnvironment, useProject } from '@/components/project-context';
import { ErrorState, QueryState } from '@/components/states';
import { type Draft, discardDraft, draftDocument, useDraft } from './draft-store';
import { useCloseReview } from './use-review';

/** Review change: what publishing would do, said by the server, and one Publish. */
export function ReviewDrawer({ opened }: { opened: boolean }) {
  const project = useProject();
  const environment = useEnvironment();
  const draft = useDraft(project.key, environment.key);
  const close = useCloseReview();
  return (
    <Drawer
      opened={opened && draft !== null}
      onClose={close}
      position="right"
      size="lg"
      title={
        <Group gap="xs">
          Review change <EnvironmentBadge environment={environment} />
        </Group>
      }
    >
      {draft && <Review draft={draft} onDone={close} />}
    </Drawer>
  );
}

function Review({ draft, onDone }: { draft: Draft; onDone: () => void }) {
  const environment = useEnvironment();
  const client = useQueryClient();
  const [comment, setComment] = useState('');
  const request: ApplyRequest = { document: draftDocument(draft) };
  const plan = useQuery({
    queryKey: ['project', draft.project, 'plan', request],
    queryFn: ({ signal }) => apply(draft.project, { ...request, dryRun: true }, signal),
    staleTime: 0,
  });
  const publish = useMutation({
    mutationFn: () =>
      apply(draft.project, { ...request, expect: draft.expect, comment: comment || undefined }),
    onSuccess: async (result) => {
      discardDraft(draft.project, draft.environment);
      notifications.show({
        message: `Published to ${environmentName(environment)}, revision ${result.revisions[environment.key]}.`,
      });
      onDone();
      await client.invalidateQueries();
    },
  });
  return (
    <Stack>
      <QueryState query={plan} what="The change cannot be published as it is">
        {(result) => (
          <List>
            {result.plan.flatMap((item) =>
              item.sentences.map((sentence) => <List.Item key={sentence}>{sentence}</List.Item>),
            )}
          </List>
        )}
      </QueryState>
      <Textarea
        label="Comment"
        description="Optional; kept in the history."
        value={comment}
        onChange={(event) => setComment(event.currentTarget.value)}
      />
      {publish.isError && <ErrorState what="Nothing was published" error={publish.error} />}
      <Group justify="flex-end">
        <Button onClick={() => publish.mutate()} loading={publish.isPending} disabled={!plan.data?.changed}>
          Publish to {environmentName(environment)}
        </Button>
      </Group>
    </Stack>
  );
}
