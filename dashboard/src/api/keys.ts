import { queryOptions } from '@tanstack/react-query';
import { answer, api, items } from './client';
import type { KeyKind, NewKey } from './types';

const all = '/api/v1/projects/{project}/environments/{environment}/keys';

export const keysQuery = (project: string, environment: string) =>
  queryOptions({
    queryKey: ['project', project, 'keys', environment],
    queryFn: ({ signal }) => items(api.GET(all, { params: { path: { project, environment } }, signal })),
  });

export const createKey = async (
  project: string,
  environment: string,
  body: { kind: KeyKind; name: string; signedContexts?: boolean },
) => (await answer(api.POST(all, { params: { path: { project, environment } }, body }))) as NewKey;

/** Revokes a key; with `ifUnused` only one that no program ever used. `keepalive` lets it outlive the page. */
export const revokeKey = (
  project: string,
  environment: string,
  id: string,
  options: { ifUnused?: boolean; keepalive?: boolean } = {},
) =>
  answer(
    api.DELETE(`${all}/{id}`, {
      params: { path: { project, environment, id }, query: { ifUnused: options.ifUnused } },
      keepalive: options.keepalive,
    }),
  );

export const rotateKey = async (project: string, environment: string, id: string, overlapHours: number) =>
  (await answer(
    api.POST(`${all}/{id}/rotate`, {
      params: { path: { project, environment, id } },
      body: { overlapHours },
    }),
  )) as NewKey;
