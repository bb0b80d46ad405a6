import { queryOptions } from '@tanstack/react-query';
import { answer, api, items } from './client';
import { fetchSession } from './session';
import type { TokenRequest } from './types';

export const sessionQuery = () =>
  queryOptions({ queryKey: ['session'], queryFn: ({ signal }) => fetchSession(signal), staleTime: 60_000 });

export const tokensQuery = () =>
  queryOptions({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => items(api.GET('/api/v1/tokens', { signal })),
  });
export const createToken = (body: TokenRequest) => answer(api.POST('/api/v1/tokens', { body }));
export const revokeToken = (id: string) =>
  answer(api.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }));
