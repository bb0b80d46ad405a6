import { queryOptions } from '@tanstack/react-query';
import { call, path } from './client';
import type { Experiment, ExperimentDocument } from './types';

const all = (project: string) => path('/projects/{project}/experiments', { project });
const one = (project: string, key: string) => path('/projects/{project}/experiments/{key}', { project, key });

export const experimentsQuery = (project: string, environment: string) =>
  queryOptions({
    queryKey: ['project', project, 'experiments', environment],
    queryFn: async ({ signal }) =>
      (await call<{ items: Experiment[] }>('GET', all(project), { query: { environment }, signal })).items,
  });
export const experimentQuery = (project: string, key: string) =>
  queryOptions({
    queryKey: ['project', project, 'experiment', key],
    queryFn: ({ signal }) => call<Experiment>('GET', one(project, key), { signal }),
  });
export const putExperiment = (project: string, key: string, body: ExperimentDocument) =>
  call<Experiment>('PUT', one(project, key), { body });
export const deleteExperiment = (project: string, key: string) => call<void>('DELETE', one(project, key));
export const startExperiment = (project: string, key: string) =>
  call<Experiment>('POST', `${one(project, key)}/start`, { body: {} });
/** Immediate, without a draft. */
export const stopExperiment = (project: string, key: string, reason?: string) =>
  call<Experiment>('POST', `${one(project, key)}/stop`, { body: { reason } });
