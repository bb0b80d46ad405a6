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
/** Deletes a group as it was read; one that somebody changed after that version stays. */
export const deleteGroup = (project: string, group: string, version: number) =>
  answer(api.DELETE(one, { params: { path: { project, group }, header: { 'If-Match': `"${version}"` } } }));
