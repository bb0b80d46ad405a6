import { queryOptions } from '@tanstack/react-query';
import { answer, api, items } from './client';
import type { EnvironmentKind } from './types';

const project = '/api/v1/projects/{project}';
const all = `${project}/environments` as const;
const one = `${all}/{environment}` as const;

const of = (key: string) => ({ params: { path: { project: key } } });
const at = (key: string, environment: string) => ({ params: { path: { project: key, environment } } });

export const archivedProjectsQuery = () =>
  queryOptions({
    queryKey: ['projects', 'archived'],
    queryFn: ({ signal }) =>
      items(api.GET('/api/v1/projects', { params: { query: { archived: true } }, signal })),
  });

export const createProject = (key: string, name: string) =>
  answer(api.POST('/api/v1/projects', { body: { key, name: name || undefined } }));
export const archiveProject = (key: string, force: boolean, comment?: string) =>
  answer(api.POST(`${project}/archive`, { ...of(key), body: { force, comment } }));
export const restoreProject = (key: string) => answer(api.POST(`${project}/restore`, of(key)));

export type NewEnvironment = { key: string; name?: string; kind?: EnvironmentKind; like?: string };

export const createEnvironment = (key: string, wanted: NewEnvironment) =>
  answer(api.POST(all, { ...of(key), body: wanted }));
export const orderEnvironments = (key: string, environments: string[]) =>
  answer(api.PUT(all, { ...of(key), body: { environments } }));
export const updateEnvironment = (
  key: string,
  environment: string,
  patch: { name?: string; kind?: EnvironmentKind },
) => answer(api.PATCH(one, { ...at(key, environment), body: patch }));
export const archiveEnvironment = (key: string, environment: string, force: boolean, comment?: string) =>
  answer(api.POST(`${one}/archive`, { ...at(key, environment), body: { force, comment } }));
export const restoreEnvironment = (key: string, environment: string) =>
  answer(api.POST(`${one}/restore`, at(key, environment)));

/** In which flags the environment `to` differs from `from`. */
export const differencesQuery = (key: string, from: string, to: string) =>
  queryOptions({
    queryKey: ['project', key, 'differences', from, to],
    queryFn: ({ signal }) =>
      answer(
        api.GET(`${one}/differences`, {
          params: { path: { project: key, environment: to }, query: { from } },
          signal,
        }),
      ),
  });

export type Promotion = {
  from: string;
  flags: string[];
  dryRun?: boolean;
  expect?: Record<string, number>;
  comment?: string;
};

export const promote = (key: string, to: string, body: Promotion) =>
  answer(api.POST(`${one}/promote`, { ...at(key, to), body }));
