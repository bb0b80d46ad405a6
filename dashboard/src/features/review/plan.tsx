import { useQuery } from '@tanstack/react-query';
import { apply } from '@/api/apply';
import { ApiError } from '@/api/client';
import { type Draft, draftDocument } from './draft-store';

/** What publishing the draft would do, as the server says; also its errors, field by field. */
export function usePlan(draft: Draft | null, enabled = true) {
  const document = draft ? draftDocument(draft) : undefined;
  return useQuery({
    queryKey: ['project', draft?.project ?? '', 'plan', document],
    queryFn: ({ signal }) => apply(draft?.project ?? '', { document, dryRun: true }, signal),
    enabled: enabled && draft !== null,
    staleTime: 0,
    retry: false,
  });
}

/** The server's faults below `path`, each with the rest of its own path. */
export function faultsBelow(error: unknown, path: string): { field: string; message: string }[] {
  if (!(error instanceof ApiError)) return [];
  return error.fields
    .filter(
      (fault) =>
        fault.field === path || fault.field.startsWith(`${path}.`) || fault.field.startsWith(`${path}[`),
    )
    .map((fault) => ({ field: fault.field.slice(path.length).replace(/^\./, ''), message: fault.message }));
}
