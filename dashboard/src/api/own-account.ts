import { queryOptions } from '@tanstack/react-query';
import { answer, api } from './client';

export const ownAccountQuery = () =>
  queryOptions({
    queryKey: ['account'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/account', { signal })),
  });
/** Makes a new secret each time that it is asked anew: never by itself. */
export const startTOTPQuery = () =>
  queryOptions({
    queryKey: ['account', 'totp'],
    queryFn: () => answer(api.POST('/api/v1/account/totp')),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    retry: false,
  });
export const confirmTOTP = (code: string) => answer(api.PUT('/api/v1/account/totp', { body: { code } }));
export const stopTOTP = (body: { password?: string; code?: string }) =>
  answer(api.POST('/api/v1/account/totp/off', { body }));
export const renewRecoveryCodes = (body: { password?: string; code?: string }) =>
  answer(api.POST('/api/v1/account/totp/recovery-codes', { body }));
export const unlinkIdentity = (issuer: string) =>
  answer(api.DELETE('/api/v1/account/identities', { params: { query: { issuer } } }));
export const unlinkMember = (id: string) =>
  answer(api.DELETE('/api/v1/members/{id}/identities', { params: { path: { id } } }));
export const resetTOTP = (id: string) =>
  answer(api.DELETE('/api/v1/members/{id}/totp', { params: { path: { id } } }));
