import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import type { ChangeRequest, ChangeRequestState, Document, Proposal } from './types';

const all = '/api/v1/projects/{project}/change-requests';
const one = `${all}/{number}` as const;

export type RequestFilter = { states: ChangeRequestState[]; scheduled?: boolean; object?: string };

const limit = 50;

type Page = { items: ChangeRequest[]; next?: number };

const page = (project: string, query: object, signal?: AbortSignal) =>
  answer(api.GET(all, { params: { path: { project }, query: { limit, ...query } }, signal }));

/** Pages of several states, as one page: the newest, down to where the shortest of them ends. */
function together(pages: Page[]): Page {
  const next = Math.max(0, ...pages.map((part) => part.next ?? 0));
  const items = pages.flatMap((part) => part.items).filter((item) => item.number >= next);
  return { items: items.sort((a, b) => b.number - a.number), next: next || undefined };
}

/** The change requests of some states, newest first, a page at a time. */
export const requestsQuery = (project: string, { states, scheduled, object }: RequestFilter) =>
  infiniteQueryOptions({
    queryKey: ['project', project, 'requests', { states, scheduled, object }],
    queryFn: async ({ signal, pageParam }) =>
      together(
        await Promise.all(
          states.map((state) => page(project, { state, scheduled, object, before: pageParam }, signal)),
        ),
      ),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: (last) => last.next,
  });

/** What waits for approval or for its time, of one object or of all; the first page is enough to say so. */
export const waitingQuery = (project: string, object?: string) =>
  queryOptions({
    queryKey: ['project', project, 'requests', 'waiting', object],
    queryFn: async ({ signal }) => (await page(project, { state: 'open', object, limit: 200 }, signal)).items,
  });

export const requestQuery = (project: string, number: number) =>
  queryOptions({
    queryKey: ['project', project, 'requests', number],
    queryFn: ({ signal }) => answer(api.GET(one, { params: { path: { project, number } }, signal })),
  });

export const propose = (project: string, body: Proposal) =>
  answer(api.POST(all, { params: { path: { project } }, body }));
export const resubmit = (project: string, number: number, body: Proposal) =>
  answer(api.PUT(one, { params: { path: { project, number } }, body }));

const at = (project: string, number: number) => ({ params: { path: { project, number } } });

export const openRequest = (project: string, number: number, comment?: string) =>
  answer(api.POST(`${one}/open`, { ...at(project, number), body: { comment } }));
export const commentRequest = (project: string, number: number, comment: string) =>
  answer(api.POST(`${one}/comments`, { ...at(project, number), body: { comment } }));
/** Approves the version that was read; another one is refused. */
export const approveRequest = (project: string, number: number, version: number, comment?: string) =>
  answer(api.POST(`${one}/approve`, { ...at(project, number), body: { version, comment } }));
export const rejectRequest = (project: string, number: number, comment?: string) =>
  answer(api.POST(`${one}/reject`, { ...at(project, number), body: { comment } }));
export const withdrawRequest = (project: string, number: number, comment?: string) =>
  answer(api.POST(`${one}/withdraw`, { ...at(project, number), body: { comment } }));
/** With `bypass`, the reason, it goes past the approvals. */
export const publishRequest = (
  project: string,
  number: number,
  body: { comment?: string; bypass?: string },
) => answer(api.POST(`${one}/publish`, { ...at(project, number), body }));
/** `when` is in milliseconds since 1970; 0 takes it off the schedule. */
export const scheduleRequest = (project: string, number: number, when: number, comment?: string) =>
  answer(api.POST(`${one}/schedule`, { ...at(project, number), body: { at: when, comment } }));

export const setApprovals = (project: string, environment: string, approvals: number) =>
  answer(
    api.PUT('/api/v1/projects/{project}/environments/{environment}/approvals', {
      params: { path: { project, environment } },
      body: { approvals },
    }),
  );

/** The project as a document, as it was at a revision of an environment, or as it is now. */
export const exportProject = async (project: string, environment?: string, revision?: number) =>
  (await answer(
    api.GET('/api/v1/projects/{project}/export', {
      params: { path: { project }, query: { format: 'json', environment, revision } },
    }),
  )) as unknown as Document;
