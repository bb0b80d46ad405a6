import { queryOptions } from '@tanstack/react-query';
import { answer, api, items } from './client';
import type { GroupDocument } from './types';

const all = '/api/v1/projects/{project}/groups';
const one = '/api/v1/projects/{project}/groups/{group}';

export const groupsQuery = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'groups'],
    queryFn: ({ signal }) => items(api.GET(all, { params: { path: { project } }, signal })),
  });
export const groupQuery = (project: string, group: string) =>
  queryOptions({
    queryKey: ['project', project, 'group', group],
    queryFn: ({ signal }) => answer(api.GET(one, { params: { path: { project, group } }, signal })),
  });
export const putGroup = (project: string, group: string, body: GroupDocument) =>
  answer(api.PUT(one, { params: { path: { project, group } }, body }));
export const deleteGroup = (project: string, group: string) =>
  answer(api.DELETE(one, { params: { path: { project, group } } }));
