import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';

export type ChangeFilter = {
  environment?: string;
  object?: string;
  kind?: string;
  actor?: string;
};

const all = '/api/v1/projects/{project}/changes';

/** The audit log, newest first, a page at a time. */
export const changesQuery = (project: string, filter: ChangeFilter) =>
  infiniteQueryOptions({
    queryKey: ['project', project, 'changes', filter],
    queryFn: ({ signal, pageParam }) =>
      answer(
        api.GET(all, {
          params: { path: { project }, query: { ...filter, before: pageParam, limit: 50 } },
          signal,
        }),
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next,
  });

/** The newest changes, asked for once: what happened while a draft was open. */
export const recentChanges = async (project: string) =>
  (await answer(api.GET(all, { params: { path: { project }, query: { limit: 100 } } }))).items;

/** What differs between two revisions of an environment; with object, of that only. */
export const comparisonQuery = (
  project: string,
  environment: string,
  query: { from: number; to: number; object?: string },
) =>
  queryOptions({
    queryKey: ['project', project, 'compare', environment, query],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/projects/{project}/environments/{environment}/compare', {
          params: { path: { project, environment }, query },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY, // a revision never changes
  });

export const verifyQuery = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'changes', 'verify'],
    queryFn: ({ signal }) => answer(api.GET(`${all}/verify`, { params: { path: { project } }, signal })),
  });

/** Where the browser downloads the log from: the whole of it, or what fits a filter. */
export function changesExportAddress(project: string, format: 'ndjson' | 'csv', filter: ChangeFilter = {}) {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(filter)) {
    if (value) query.set(name, value);
  }
  return `/api/v1/projects/${encodeURIComponent(project)}/changes/export?${query}`;
}

/** Where the browser downloads the project from, as a file, as it was at a revision of an environment. */
export const exportAddress = (project: string, environment: string, revision: number) =>
  `/api/v1/projects/${encodeURIComponent(project)}/export?${new URLSearchParams({ environment, revision: String(revision), format: 'yaml' })}`;
