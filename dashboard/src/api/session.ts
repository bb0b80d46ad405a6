import { answer, api } from './client';

// Without TanStack Query: the sign-in page is an entry of its own and carries none of it.

export const fetchSession = (signal?: AbortSignal) => answer(api.GET('/api/v1/session', { signal }));
export const signIn = (body: { email: string; password: string }) =>
  answer(api.POST('/api/v1/session', { body }));
/** The second step of a sign-in that waits for a code. */
export const giveCode = (body: { pending: string; code: string }) =>
  answer(api.POST('/api/v1/session/code', { body }));
/** Where the browser goes to sign in with the provider, or to link it to who is signed in. */
export const startSSO = (link = false) => answer(api.POST('/api/v1/sso/start', { body: { link } }));
export const finishSSO = (body: { state: string; code?: string; error?: string }) =>
  answer(api.POST('/api/v1/sso/finish', { body }));
export const createOwner = (body: { token: string; email: string; password: string }) =>
  answer(api.POST('/api/v1/setup', { body }));
export const signOut = () => answer(api.DELETE('/api/v1/session'));
/** What an invitation, or a link that resets a password, is for. */
export const readLink = (token: string) => answer(api.POST('/api/v1/links/read', { body: { token } }));
export const acceptLink = (body: { token: string; password: string }) =>
  answer(api.POST('/api/v1/links/use', { body }));
