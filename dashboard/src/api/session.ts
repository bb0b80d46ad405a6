import { answer, api } from './client';

// Without TanStack Query: the sign-in page is an entry of its own and carries none of it.

export const fetchSession = (signal?: AbortSignal) => answer(api.GET('/api/v1/session', { signal }));
export const signIn = (body: { email: string; password: string }) =>
  answer(api.POST('/api/v1/session', { body }));
export const createOwner = (body: { token: string; email: string; password: string }) =>
  answer(api.POST('/api/v1/setup', { body }));
export const signOut = () => answer(api.DELETE('/api/v1/session'));
/** What an invitation, or a link that resets a password, is for. */
export const readLink = (token: string) => answer(api.POST('/api/v1/links/read', { body: { token } }));
export const acceptLink = (body: { token: string; password: string }) =>
  answer(api.POST('/api/v1/links/use', { body }));
