import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api, items } from './client';

export const connectionsQuery = (project: string, environment?: string) =>
  queryOptions({
    queryKey: ['project', project, 'connections', environment ?? ''],
    queryFn: ({ signal }) =>
      answer(
        api.GET('/api/v1/projects/{project}/connections', {
          params: { path: { project }, query: { environment } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
    // The stream tells when programs come and go; that a node is silent nobody tells.
    refetchInterval: (query) => ((query.state.data?.nodes.length ?? 0) > 1 ? 10_000 : false),
  });

export const attributesQuery = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'attributes'],
    queryFn: ({ signal }) =>
      items(api.GET('/api/v1/projects/{project}/attributes', { params: { path: { project } }, signal })),
    staleTime: 60_000,
  });
