import { call } from './client';
import type { Session } from './types';

// Without TanStack Query: the sign-in page is an entry of its own and carries none of it.

export const fetchSession = (signal?: AbortSignal) => call<Session>('GET', '/session', { signal });
export const signIn = (body: { email: string; password: string }) =>
  call<Session>('POST', '/session', { body });
export const createOwner = (body: { token: string; email: string; password: string }) =>
  call<Session>('POST', '/setup', { body });
export const signOut = () => call<void>('DELETE', '/session');
