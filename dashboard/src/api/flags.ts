import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call, path } from './client';
import type { Configuration, Evaluations, FlagDetail, FlagPatch, FlagSummary, NewFlag } from './types';

const all = (project: string) => path('/projects/{project}/flags', { project });
const one = (project: string, flag: string) => path('/projects/{project}/flags/{flag}', { project, flag });
const block = (project: string, flag: string, environment: string) =>
  path('/projects/{project}/flags/{flag}/environments/{environment}', { project, flag, environment });

export const flagsQuery = (project: string, archived = false) =>
  queryOptions({
    queryKey: ['project', project, 'flags', { archived }],
    queryFn: async ({ signal }) =>
      (await call<{ items: FlagSummary[] }>('GET', all(project), { query: { archived }, signal })).items,
    placeholderData: keepPreviousData,
  });

export const flagQuery = (project: string, flag: string) =>
  queryOptions({
    queryKey: ['project', project, 'flag', flag],
    queryFn: ({ signal }) => call<FlagDetail>('GET', one(project, flag), { signal }),
  });

export const evaluationsQuery = (project: string, flag: string, environment: string, hours: number) =>
  queryOptions({
    queryKey: ['project', project, 'evaluations', flag, environment, hours],
    queryFn: ({ signal }) =>
      call<Evaluations>('GET', `${one(project, flag)}/evaluations`, {
        query: { environment, hours },
        signal,
      }),
    placeholderData: keepPreviousData,
  });

export const createFlag = (project: string, body: NewFlag) =>
  call<FlagDetail>('POST', all(project), { body });
export const patchFlag = (project: string, flag: string, body: FlagPatch) =>
  call<FlagDetail>('PATCH', one(project, flag), { body });
export const archiveFlag = (project: string, flag: string, comment?: string) =>
  call<FlagDetail>('POST', `${one(project, flag)}/archive`, { body: { comment } });
export const restoreFlag = (project: string, flag: string) =>
  call<FlagDetail>('POST', `${one(project, flag)}/restore`, { body: {} });

/** Immediate, without a draft: everyone gets the flag's off value. */
export const switchOff = (project: string, flag: string, environment: string, reason?: string) =>
  call<{ revision: number }>('POST', `${block(project, flag, environment)}/off`, { body: { reason } });
/** Immediate: back to what was configured before Off. */
export const switchOn = (project: string, flag: string, environment: string, reason?: string) =>
  call<{ revision: number }>('POST', `${block(project, flag, environment)}/on`, { body: { reason } });

export const putConfiguration = (
  project: string,
  flag: string,
  environment: string,
  body: Configuration,
  ifMatch?: number,
) =>
  call<{ revision: number; configuration: Configuration; flag: FlagDetail }>(
    'PUT',
    block(project, flag, environment),
    { body, ifMatch },
  );
