import { ApiError } from '@/api/client';

/** True where the server says that the object is not there, which is no fault of the connection. */
export const isMissing = (error: unknown): boolean => error instanceof ApiError && error.status === 404;
