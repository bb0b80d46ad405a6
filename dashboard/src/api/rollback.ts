import { queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import type { components } from './schema';

export type RollbackTo = Pick<
  components['schemas']['RollbackInputBody'],
  'revision' | 'kind' | 'object' | 'shared'
>;
export type RollbackResult = components['schemas']['RollbackResult'];

/** Makes an object or the environment what it was; `ifMatch` refuses where somebody published meanwhile. */
export const rollback = (
  project: string,
  environment: string,
  to: RollbackTo & { comment?: string; bypass?: string },
  ifMatch?: number,
) =>
  answer(
    api.POST('/api/v1/projects/{project}/environments/{environment}/rollback', {
      params: {
        path: { project, environment },
        header: ifMatch === undefined ? undefined : { 'If-Match': `"${ifMatch}"` },
      },
      body: to,
    }),
  );

/** What a rollback would change, as the server says. */
export const rollbackPlan = (project: string, environment: string, to: RollbackTo) =>
  queryOptions({
    queryKey: ['project', project, 'rollback', environment, to],
    queryFn: ({ signal }) =>
      answer(
        api.POST('/api/v1/projects/{project}/environments/{environment}/rollback', {
          params: { path: { project, environment } },
          body: { ...to, dryRun: true },
          signal,
        }),
      ),
    staleTime: 0,
    retry: false,
  });
