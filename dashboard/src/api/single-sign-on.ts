import { queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';
import type { SingleSignOn } from './types';

/** The settings of single sign-on, for who may read them. */
export const ssoQuery = () =>
  queryOptions({
    queryKey: ['sso'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/sso', { signal })),
  });
/** An absent client secret keeps the one that is there; an empty one is of a client without. */
export const putSSO = (body: SingleSignOn & { clientSecret?: string }) =>
  answer(api.PUT('/api/v1/sso', { body }));
export const deleteSSO = () => answer(api.DELETE('/api/v1/sso'));
/** What an issuer says of itself; nothing changes. */
export const checkSSO = (issuer: string) => answer(api.POST('/api/v1/sso/check', { body: { issuer } }));
