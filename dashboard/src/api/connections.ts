import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call, path } from './client';
import type { Attribute, Connections } from './types';

export const connectionsQuery = (project: string, environment?: string) =>
  queryOptions({
    queryKey: ['project', project, 'connections', environment ?? ''],
    queryFn: ({ signal }) =>
      call<Connections>('GET', path('/projects/{project}/connections', { project }), {
        query: { environment },
        signal,
      }),
    placeholderData: keepPreviousData,
  });

export const attributesQuery = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'attributes'],
    queryFn: async ({ signal }) =>
      (
        await call<{ items: Attribute[] }>('GET', path('/projects/{project}/attributes', { project }), {
          signal,
        })
      ).items,
    staleTime: 60_000,
  });
