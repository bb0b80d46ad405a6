import { queryOptions } from '@tanstack/react-query';
import { call, path } from './client';
import type { Key, KeyKind, NewKey } from './types';

const at = (project: string, environment: string) =>
  path('/projects/{project}/environments/{environment}/keys', { project, environment });

export const keysQuery = (project: string, environment: string) =>
  queryOptions({
    queryKey: ['project', project, 'keys', environment],
    queryFn: async ({ signal }) =>
      (await call<{ items: Key[] }>('GET', at(project, environment), { signal })).items,
  });

export const createKey = (project: string, environment: string, body: { kind: KeyKind; name: string }) =>
  call<NewKey>('POST', at(project, environment), { body });

/** Revokes a key; with `ifUnused` only one that no program ever used. `keepalive` lets it outlive the page. */
export const revokeKey = (
  project: string,
  environment: string,
  id: string,
  options: { ifUnused?: boolean; keepalive?: boolean } = {},
) =>
  call<void>('DELETE', `${at(project, environment)}/${encodeURIComponent(id)}`, {
    query: { ifUnused: options.ifUnused || undefined },
    keepalive: options.keepalive,
  });

export const rotateKey = (project: string, environment: string, id: string, overlapHours: number) =>
  call<NewKey>('POST', `${at(project, environment)}/${encodeURIComponent(id)}/rotate`, {
    body: { overlapHours },
  });
