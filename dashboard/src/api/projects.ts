import { queryOptions } from '@tanstack/react-query';
import { answer, api, items } from './client';

const one = '/api/v1/projects/{project}';

export const projectsQuery = () =>
  queryOptions({
    queryKey: ['projects'],
    queryFn: ({ signal }) => items(api.GET('/api/v1/projects', { signal })),
  });

export const projectQuery = (project: string) =>
  queryOptions({
    queryKey: ['project', project],
    queryFn: ({ signal }) => answer(api.GET(one, { params: { path: { project } }, signal })),
  });

export const renameProject = (project: string, name: string) =>
  answer(api.PATCH(one, { params: { path: { project } }, body: { name } }));
