import { useMutation, useQueryClient } from '@tanstack/react-query';
import { apply } from '@/api/apply';
import { ApiError } from '@/api/client';
import { projectQuery } from '@/api/projects';
import type { Change } from '@/api/types';
import { useProject } from '@/components/project-context';
import { changesSince, touches } from './conflict';
import { type Draft, discardDraft, draftDocument, getDraft, rebaseDraft } from './draft-store';

/** Somebody else changed the same objects since the draft was begun. */
export class Moved extends Error {
  constructor(
    readonly all: Change[],
    readonly mine: Change[],
    message: string,
  ) {
    super(message);
    this.name = 'Moved';
  }
}

export type Published = { revision: number; at: number; sentences: string[] };

const isMoved = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 'moved';

/** Publishes the draft. Others' changes to other objects are no reason to ask; to the same ones they are. */
export function usePublish(onPublished: (published: Published) => void) {
  const project = useProject();
  const client = useQueryClient();

  const send = (draft: Draft, comment: string) =>
    apply(draft.project, {
      document: draftDocument(draft),
      expect: draft.expect,
      comment: comment.trim() || undefined,
    });

  const rebase = async (environment: string) => {
    await client.invalidateQueries({ queryKey: projectQuery(project.key).queryKey, exact: true });
    const fresh = await client.fetchQuery({ ...projectQuery(project.key), staleTime: 0 });
    rebaseDraft(fresh, environment);
  };

  const publish = useMutation({
    mutationFn: async ({ draft, comment }: { draft: Draft; comment: string }) => {
      try {
        return await send(draft, comment);
      } catch (error) {
        if (!isMoved(error)) throw error;
        const all = await changesSince(draft);
        const mine = all.filter((change) => touches(draft, change));
        if (mine.length > 0 || all.length === 0) throw new Moved(all, mine, error.message);
        await rebase(draft.environment);
        return send(getDraft(draft.project, draft.environment) ?? draft, comment);
      }
    },
    onSuccess: async (result, { draft }) => {
      onPublished({
        revision: result.revisions[draft.environment] ?? 0,
        at: Date.now(),
        sentences: result.plan.flatMap((item) => item.sentences),
      });
      discardDraft(draft.project, draft.environment);
      await client.invalidateQueries({ queryKey: ['project', draft.project] });
    },
  });
  return { publish, rebase };
}
