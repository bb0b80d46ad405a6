import { queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';

/** How often a receipt that still moves is asked for again, should the live stream be silent. */
const askAgainMs = 5000;

/** Which instances have applied a revision. One that all have applied does not change any more. */
export const receiptQuery = (project: string, environment: string, revision: number) =>
  queryOptions({
    queryKey: ['project', project, 'receipts', environment, revision],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/projects/{project}/environments/{environment}/revisions/{revision}/receipts', {
          params: { path: { project, environment, revision } },
          signal,
        }),
      ),
    refetchInterval: (query) => (query.state.data?.state === 'waiting' ? askAgainMs : false),
  });

/** Whether what is known of a receipt can still change. */
export const receiptMoves = (data: unknown) => (data as { state?: string } | undefined)?.state !== 'applied';
