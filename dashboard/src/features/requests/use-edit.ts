import { useNavigate } from '@tanstack/react-router';
import type { ChangeRequestDetail } from '@/api/types';
import { useProject } from '@/components/project-context';
import { editRequest, getDraft, type UnitKind, unitKey } from '@/features/review';
import { preferred } from '@/lib/environments';
import { proposalOf } from './document';

/** Opens a change request's content for editing, as the unpublished changes of an environment. */
export function useEdit(request: ChangeRequestDetail): { refusal: string | undefined; start: () => void } {
  const project = useProject();
  const navigate = useNavigate();
  const environment = request.environments[0] ?? preferred(project)?.key;
  const items = request.items.map((item) => ({ ...item, value: item.proposed }));
  const { document, remove } = proposalOf(project.key, items);
  const here = environment === undefined ? null : getDraft(project.key, environment);
  const refusal = () => {
    if (request.conflicts > 0) return 'Look at the changes on both sides first.';
    if (remove || document?.attributes)
      return 'It takes objects out: propose it again from the command line.';
    if (here && here.request?.number !== request.number)
      return `Publish or discard the unpublished changes in ${environment} first.`;
    return undefined;
  };
  const start = () => {
    if (!document || environment === undefined) return;
    if (!here) {
      const was = Object.fromEntries(
        request.items.map(({ kind, object, environment: of, live }) => [
          unitKey(kind as UnitKind, object, kind === 'configuration' ? of : undefined),
          live ?? null,
        ]),
      );
      editRequest(project, environment, document, { number: request.number, title: request.title }, was);
    }
    const flag = Object.keys(document.flags ?? {})[0];
    const params = { project: project.key, environment };
    if (flag === undefined)
      void navigate({ to: '/p/$project/e/$environment/flags', params, search: { review: true } });
    else void navigate({ to: '/p/$project/e/$environment/flags/$flag', params: { ...params, flag } });
  };
  return { refusal: refusal(), start };
}
