import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { words } from '@/api/client';
import { propose, resubmit, scheduleRequest } from '@/api/requests';
import type { ChangeRequestDetail } from '@/api/types';
import { type Draft, discardDraft, draftDocument } from './draft-store';
import { useSend } from './publish';

/** What becomes of a draft that is not published at once. */
export type Proposed = {
  draft: Draft;
  title: string;
  comment: string;
  /** It is saved, and nobody is asked yet. */
  asDraft?: boolean;
  /** When it is to be published, in milliseconds since 1970. */
  at?: number;
};

/** Makes a change request of a draft, or the new content of the one that it came from, and goes there. */
export function usePropose() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const { send } = useSend();
  return useMutation({
    mutationFn: async ({ draft, title, comment, asDraft, at }: Proposed) => {
      const made = await send(draft, (latest) => {
        const body = {
          title: title.trim(),
          comment: comment.trim() || undefined,
          document: draftDocument(latest),
          expect: latest.expect,
        };
        return latest.request
          ? resubmit(latest.project, latest.request.number, body)
          : propose(latest.project, { ...body, draft: asDraft });
      });
      return at === undefined ? made : schedule(draft.project, made, at);
    },
    onSuccess: async (made, { draft }) => {
      discardDraft(draft.project, draft.environment);
      void client.invalidateQueries({ queryKey: ['project', draft.project] });
      await navigate({
        to: '/p/$project/change-requests/$number',
        params: { project: draft.project, number: String(made.number) },
      });
    },
  });
}

/** It is there even where it cannot be scheduled: that is told, and its page says what is missing. */
async function schedule(project: string, made: ChangeRequestDetail, at: number) {
  try {
    return await scheduleRequest(project, made.number, at);
  } catch (error) {
    notifications.show({ color: 'red', title: 'It was not scheduled', message: words(error) });
    return made;
  }
}
