import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from '@/api/client';

const final = new Set([400, 401, 403, 404, 409, 410, 412, 422]);

/** The dashboard's cache of what the server said. `onSignedOut` is called when a session has ended. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const ended = (error: unknown) => {
    if (error instanceof ApiError && error.status === 401) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: ended }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        retry: (failures, error) => !(error instanceof ApiError && final.has(error.status)) && failures < 2,
      },
      mutations: { retry: false, onError: ended },
    },
  });
}
