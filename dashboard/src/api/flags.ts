import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { answer, api, isOvertaken, items } from './client';
import type { Configuration, FlagPatch, FlagSummary, NewFlag } from './types';

const all = '/api/v1/projects/{project}/flags';
const one = '/api/v1/projects/{project}/flags/{flag}';
const block = '/api/v1/projects/{project}/flags/{flag}/environments/{environment}';

export const flagsQuery = (project: string, archived = false) =>
  queryOptions({
    queryKey: ['project', project, 'flags', { archived }],
    queryFn: ({ signal }) => allFlags(project, archived, signal),
    placeholderData: keepPreviousData,
  });

/** The server's largest page of flags. */
const limit = 500;

/** Every flag, page after page: the list filters and searches all of them. */
async function allFlags(project: string, archived: boolean, signal: AbortSignal): Promise<FlagSummary[]> {
  const flags: FlagSummary[] = [];
  for (let after: string | undefined; ; ) {
    const query = { archived, after, limit };
    const page = await answer(api.GET(all, { params: { path: { project }, query }, signal }));
    flags.push(...page.items);
    after = page.next;
    if (!after) return flags;
  }
}

export const readFlag = (project: string, flag: string, signal?: AbortSignal) =>
  answer(api.GET(one, { params: { path: { project, flag } }, signal }));
export const flagQuery = (project: string, flag: string) =>
  queryOptions({
    queryKey: ['project', project, 'flag', flag],
    queryFn: ({ signal }) => readFlag(project, flag, signal),
  });

export const evaluationsQuery = (project: string, flag: string, environment: string, hours: number) =>
  queryOptions({
    queryKey: ['project', project, 'evaluations', flag, environment, hours],
    queryFn: ({ signal }) =>
      answer(
        api.GET(`${one}/evaluations`, {
          params: { path: { project, flag }, query: { environment, hours } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** Makes a flag; one whose key looks like another's only by force. */
export const createFlag = (project: string, body: NewFlag, force?: boolean) =>
  answer(api.POST(all, { params: { path: { project }, query: { force } }, body }));
/** Changes a flag's own fields; with a version, only where nobody changed them after it. */
export const patchFlag = (project: string, flag: string, body: FlagPatch, version?: number) =>
  answer(
    api.PATCH(one, {
      params: {
        path: { project, flag },
        header: version === undefined ? undefined : { 'If-Match': `"${version}"` },
      },
      body,
    }),
  );
/** Adds a tag to those that the flag has now, also where somebody changes them meanwhile. */
export async function addTag(project: string, flag: string, tag: string): Promise<void> {
  for (;;) {
    const { tags, version } = await readFlag(project, flag);
    if (tags.includes(tag)) return;
    try {
      await patchFlag(project, flag, { tags: [...tags, tag] }, version);
      return;
    } catch (error) {
      if (!isOvertaken(error)) throw error;
    }
  }
}
/** Keeps a flag from being stale through a day, for good with `always`, and no longer with nothing. */
export const keepFlag = (project: string, flag: string, keepUntil: string, comment?: string) =>
  answer(api.PATCH(one, { params: { path: { project, flag }, query: { comment } }, body: { keepUntil } }));

/** The programs that asked for a flag in the last 7 days. */
export const askedByQuery = (project: string, flag: string) =>
  queryOptions({
    queryKey: ['project', project, 'asked', flag],
    queryFn: ({ signal }) =>
      items(api.GET(`${one}/asked-by`, { params: { path: { project, flag } }, signal })),
  });

/** Archives a flag; one that programs asked for lately only by force. */
export const archiveFlag = (project: string, flag: string, comment?: string, force?: boolean) =>
  answer(api.POST(`${one}/archive`, { params: { path: { project, flag } }, body: { comment, force } }));
export const restoreFlag = (project: string, flag: string) =>
  answer(api.POST(`${one}/restore`, { params: { path: { project, flag } }, body: {} }));

/** Immediate, without a draft: everyone gets the flag's off value. */
export const switchOff = (project: string, flag: string, environment: string, reason?: string) =>
  answer(api.POST(`${block}/off`, { params: { path: { project, flag, environment } }, body: { reason } }));
/** Immediate: back to what was configured before Off. */
export const switchOn = (project: string, flag: string, environment: string, reason?: string) =>
  answer(api.POST(`${block}/on`, { params: { path: { project, flag, environment } }, body: { reason } }));

export const putConfiguration = (
  project: string,
  flag: string,
  environment: string,
  body: Configuration,
  ifMatch?: number,
) =>
  answer(
    api.PUT(block, {
      params: {
        path: { project, flag, environment },
        header: ifMatch === undefined ? undefined : { 'If-Match': `"${ifMatch}"` },
      },
      body,
    }),
  );
