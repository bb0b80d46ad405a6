import { queryOptions } from '@tanstack/react-query';
import { answer, api, items } from './client';
import type { ExperimentDocument } from './types';

const all = '/api/v1/projects/{project}/experiments';
const one = '/api/v1/projects/{project}/experiments/{experiment}';

export const experimentsQuery = (project: string, environment: string) =>
  queryOptions({
    queryKey: ['project', project, 'experiments', environment],
    queryFn: ({ signal }) =>
      items(api.GET(all, { params: { path: { project }, query: { environment } }, signal })),
  });
export const experimentQuery = (project: string, experiment: string) =>
  queryOptions({
    queryKey: ['project', project, 'experiment', experiment],
    queryFn: ({ signal }) => answer(api.GET(one, { params: { path: { project, experiment } }, signal })),
  });
export const putExperiment = (project: string, experiment: string, body: ExperimentDocument) =>
  answer(api.PUT(one, { params: { path: { project, experiment } }, body }));
export const deleteExperiment = (project: string, experiment: string) =>
  answer(api.DELETE(one, { params: { path: { project, experiment } } }));
export const startExperiment = (project: string, experiment: string) =>
  answer(api.POST(`${one}/start`, { params: { path: { project, experiment } }, body: {} }));
/** Immediate, without a draft. */
export const stopExperiment = (project: string, experiment: string, reason?: string) =>
  answer(api.POST(`${one}/stop`, { params: { path: { project, experiment } }, body: { reason } }));
