import { useMutation, useQueryClient } from '@tanstack/react-query';
import { apply } from '@/api/apply';
import { recentChanges } from '@/api/changes';
import { ApiError } from '@/api/client';
import { projectQuery } from '@/api/projects';
import type { Json } from '@/api/types';
import { useProject } from '@/components/project-context';
import { type Draft, discardDraft, draftDocument, getDraft, rebaseDraft, settleDraft } from './draft-store';
import { type Overtaken, overtaken, withMerged } from './units';

/** Somebody else changed the same objects since they were drafted. */
export class Moved extends Error {
  constructor(readonly units: Overtaken[]) {
    super('It was changed meanwhile.');
    this.name = 'Moved';
  }
}

export type Published = { revision: number; at: number; sentences: string[] };
/** The comment, and the reason to go past the approvals. */
export type Words = { comment: string; bypass?: string };

const isMoved = (error: unknown): error is ApiError => error instanceof ApiError && error.code === 'moved';

/**
 * Sends a draft somewhere, on the revisions that it was made on. Others' changes to other objects are no
 * reason to ask; to the same ones they are: Moved says which, and `settle` goes on with what they were merged to.
 */
export function useSend() {
  const project = useProject();
  const client = useQueryClient();

  const fresh = async () => {
    await client.invalidateQueries({ queryKey: projectQuery(project.key).queryKey, exact: true });
    return client.fetchQuery({ ...projectQuery(project.key), staleTime: 0 });
  };

  const send = async <T>(draft: Draft, to: (draft: Draft) => Promise<T>): Promise<T> => {
    try {
      return await to(draft);
    } catch (error) {
      if (!isMoved(error)) throw error;
    }
    const base = await fresh();
    const units = await overtaken(client, draft, await recentChanges(draft.project));
    if (units.length > 0) throw new Moved(units);
    rebaseDraft(base, draft.environment);
    return to(getDraft(draft.project, draft.environment) ?? draft);
  };

  const settle = async (draft: Draft, units: Overtaken[], merged: Map<string, Json | undefined>) => {
    settleDraft(await fresh(), withMerged(draft, units, merged));
  };

  return { send, settle };
}

/** Publishes the draft. */
export function usePublish(onPublished: (published: Published) => void) {
  const client = useQueryClient();
  const { send } = useSend();
  return useMutation({
    mutationFn: ({ draft, words }: { draft: Draft; words: Words }) =>
      send(draft, (latest) =>
        apply(latest.project, {
          document: draftDocument(latest),
          expect: latest.expect,
          comment: words.comment.trim() || undefined,
          bypass: words.bypass?.trim() || undefined,
        }),
      ),
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
}
