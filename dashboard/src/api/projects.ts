import { queryOptions } from '@tanstack/react-query';
import { call, path } from './client';
import type { Project } from './types';

export const projectsQuery = () =>
  queryOptions({
    queryKey: ['projects'],
    queryFn: async ({ signal }) => (await call<{ items: Project[] }>('GET', '/projects', { signal })).items,
  });

export const projectQuery = (project: string) =>
  queryOptions({
    queryKey: ['project', project],
    queryFn: ({ signal }) => call<Project>('GET', path('/projects/{project}', { project }), { signal }),
  });

export const renameProject = (project: string, name: string) =>
  call<Project>('PATCH', path('/projects/{project}', { project }), { body: { name } });
