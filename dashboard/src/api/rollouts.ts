import { queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import type { RolloutPlan } from './types';

const all = '/api/v1/projects/{project}/rollouts';
const one = `${all}/{number}` as const;

/** What is raised step by step: what a flag serves in an environment, or an experiment's share. */
export type Raised = { flag: string; environment: string } | { experiment: string };

/** The newest rollout of a flag in an environment, or of an experiment; null where there was none. */
export const rolloutQuery = (project: string, raised: Raised) =>
  queryOptions({
    queryKey: ['project', project, 'rollouts', raised],
    queryFn: async ({ signal }) => {
      const query = { ...raised, limit: 1 };
      const page = await answer(api.GET(all, { params: { path: { project }, query }, signal }));
      return page.items[0] ?? null;
    },
  });

/** One rollout, by its number. */
export const rolloutByNumber = (project: string, number: number) =>
  queryOptions({
    queryKey: ['project', project, 'rollouts', number],
    queryFn: ({ signal }) => answer(api.GET(one, { params: { path: { project, number } }, signal })),
  });

/** The first step is made at once. */
export const startRollout = (project: string, body: RolloutPlan & { comment?: string }) =>
  answer(api.POST(all, { params: { path: { project } }, body }));

export type RolloutAction = 'pause' | 'resume' | 'advance' | 'stop' | 'rollback';

/** All of them are immediate. */
export function actOnRollout(project: string, number: number, action: RolloutAction, comment?: string) {
  const init = { params: { path: { project, number } }, body: { comment } };
  switch (action) {
    case 'pause':
      return answer(api.POST(`${one}/pause`, init));
    case 'resume':
      return answer(api.POST(`${one}/resume`, init));
    case 'advance':
      return answer(api.POST(`${one}/advance`, init));
    case 'stop':
      return answer(api.POST(`${one}/stop`, init));
    case 'rollback':
      return answer(api.POST(`${one}/rollback`, init));
  }
}
