import { queryOptions } from '@tanstack/react-query';
import { answer, api, items } from './client';

export const membersQuery = () =>
  queryOptions({
    queryKey: ['members'],
    queryFn: ({ signal }) => items(api.GET('/api/v1/members', { signal })),
  });
export const linksQuery = () =>
  queryOptions({ queryKey: ['links'], queryFn: ({ signal }) => items(api.GET('/api/v1/links', { signal })) });
export const rolesQuery = () =>
  queryOptions({ queryKey: ['roles'], queryFn: ({ signal }) => items(api.GET('/api/v1/roles', { signal })) });
/** Where somebody is signed in: a member that one manages, or without one the person themselves. */
export const sessionsQuery = (member?: string) =>
  queryOptions({
    queryKey: ['sessions', member ?? ''],
    queryFn: ({ signal }) =>
      items(api.GET('/api/v1/sessions', { params: { query: member ? { member } : {} }, signal })),
  });

const byId = (id: string) => ({ params: { path: { id } } });

export const invite = (body: { email: string; roles: string[] }) =>
  answer(api.POST('/api/v1/links', { body }));
export const endLink = (id: string) => answer(api.DELETE('/api/v1/links/{id}', byId(id)));
export const setRoles = (id: string, roles: string[]) =>
  answer(api.PUT('/api/v1/members/{id}/roles', { ...byId(id), body: { roles } }));
/** Makes a role, or with `fresh` false replaces one. A name that is taken meanwhile is refused. */
export const putRole = (role: string, body: { actions: string[]; description: string }, fresh: boolean) =>
  answer(
    api.PUT('/api/v1/roles/{role}', {
      params: { path: { role }, header: fresh ? { 'If-None-Match': '*' } : {} },
      body,
    }),
  );
export const deleteRole = (role: string) =>
  answer(api.DELETE('/api/v1/roles/{role}', { params: { path: { role } } }));
export const removeMember = (id: string) => answer(api.DELETE('/api/v1/members/{id}', byId(id)));
export const resetPassword = (id: string) => answer(api.POST('/api/v1/members/{id}/reset', byId(id)));
export const endSession = (id: string, member?: string) =>
  answer(api.DELETE('/api/v1/sessions/{id}', { params: { path: { id }, query: member ? { member } : {} } }));
