import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { call, path } from './client';
import type { Change } from './types';

export type ChangeFilter = {
  environment?: string;
  object?: string;
  kind?: string;
  actor?: string;
};

type Page = { items: Change[]; next?: number };
const all = (project: string) => path('/projects/{project}/changes', { project });

/** The audit log, newest first, a page at a time. */
export const changesQuery = (project: string, filter: ChangeFilter) =>
  infiniteQueryOptions({
    queryKey: ['project', project, 'changes', filter],
    queryFn: ({ signal, pageParam }) =>
      call<Page>('GET', all(project), { query: { ...filter, before: pageParam, limit: 50 }, signal }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (page) => page.next,
  });

export const verifyQuery = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'changes', 'verify'],
    queryFn: ({ signal }) =>
      call<{ ok: boolean; checked: number; brokenAt?: number }>('GET', `${all(project)}/verify`, { signal }),
  });

/** Where the browser downloads the whole log from. */
export const changesExportAddress = (project: string) => `/api/v1${all(project)}/export`;
