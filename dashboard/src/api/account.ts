import { queryOptions } from '@tanstack/react-query';
import { call, path } from './client';
import { fetchSession } from './session';
import type { NewToken, Token } from './types';

export const sessionQuery = () =>
  queryOptions({ queryKey: ['session'], queryFn: ({ signal }) => fetchSession(signal), staleTime: 60_000 });

export const tokensQuery = () =>
  queryOptions({
    queryKey: ['tokens'],
    queryFn: async ({ signal }) => (await call<{ items: Token[] }>('GET', '/tokens', { signal })).items,
  });
export const createToken = (body: { name: string; expiresInDays?: number }) =>
  call<NewToken>('POST', '/tokens', { body });
export const revokeToken = (id: string) => call<void>('DELETE', path('/tokens/{id}', { id }));
