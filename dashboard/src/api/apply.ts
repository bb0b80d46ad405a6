import { call, path } from './client';
import type { ApplyRequest, ApplyResult } from './types';

/** The one publish path of drawer and command line; with `dryRun` it only plans. */
export const apply = (project: string, body: ApplyRequest, signal?: AbortSignal) =>
  call<ApplyResult>('POST', path('/projects/{project}/apply', { project }), { body, signal });

/** Immediate, within ten minutes of the publish: a new revision without what that one changed. */
export const undo = (project: string, environment: string, revision: number) =>
  call<{ revision: number }>(
    'POST',
    path('/projects/{project}/environments/{environment}/undo', { project, environment }),
    { body: { revision } },
  );
