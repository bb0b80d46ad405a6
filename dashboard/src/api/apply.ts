import { answer, api } from './client';
import type { ApplyRequest } from './types';

/** The one publish path of drawer and command line; with `dryRun` it only plans. */
export const apply = (project: string, body: ApplyRequest, signal?: AbortSignal) =>
  answer(api.POST('/api/v1/projects/{project}/apply', { params: { path: { project } }, body, signal }));

/** Immediate, within ten minutes of the publish: a new revision without what that one changed. */
export const undo = (project: string, environment: string, revision: number) =>
  answer(
    api.POST('/api/v1/projects/{project}/environments/{environment}/undo', {
      params: { path: { project, environment } },
      body: { revision },
    }),
  );
