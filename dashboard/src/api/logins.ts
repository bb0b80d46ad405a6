import { answer, api } from './client';

/** Which machine asks to be signed in with a code. */
export const readLogin = (code: string) => answer(api.POST('/api/v1/logins/read', { body: { code } }));
export const approveLogin = (code: string) => answer(api.POST('/api/v1/logins/approve', { body: { code } }));
export const refuseLogin = (code: string) => answer(api.POST('/api/v1/logins/refuse', { body: { code } }));
