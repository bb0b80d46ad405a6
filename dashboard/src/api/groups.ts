import { queryOptions } from '@tanstack/react-query';
import { call, path } from './client';
import type { Group, GroupDocument } from './types';

const all = (project: string) => path('/projects/{project}/groups', { project });
const one = (project: string, key: string) => path('/projects/{project}/groups/{key}', { project, key });

export const groupsQuery = (project: string) =>
  queryOptions({
    queryKey: ['project', project, 'groups'],
    queryFn: async ({ signal }) => (await call<{ items: Group[] }>('GET', all(project), { signal })).items,
  });
export const groupQuery = (project: string, key: string) =>
  queryOptions({
    queryKey: ['project', project, 'group', key],
    queryFn: ({ signal }) => call<Group>('GET', one(project, key), { signal }),
  });
export const putGroup = (project: string, key: string, body: GroupDocument) =>
  call<Group>('PUT', one(project, key), { body });
export const deleteGroup = (project: string, key: string) => call<void>('DELETE', one(project, key));
