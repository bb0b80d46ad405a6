import { useQueryClient } from '@tanstack/react-query';
import { requestQuery } from '@/api/requests';
import type { ChangeRequestDetail } from '@/api/types';
import { useProject } from '@/components/project-context';

/** Does something to a change request, shows what it is then, and asks again for what that made old. */
export function useAct() {
  const project = useProject();
  const client = useQueryClient();
  return async (act: Promise<ChangeRequestDetail>) => {
    try {
      const done = await act;
      client.setQueryData(requestQuery(project.key, done.number).queryKey, done);
      return done;
    } finally {
      // Also after a fault: somebody else may have been faster.
      void client.invalidateQueries({ queryKey: ['project', project.key] });
    }
  };
}
