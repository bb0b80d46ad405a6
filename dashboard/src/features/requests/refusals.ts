import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '@/api/account';
import type { ChangeRequestDetail, Member, Project } from '@/api/types';
import { type Action, actionWords, holds } from '@/lib/rights';

/** Why each thing cannot be done with a change request; undefined where it can. */
export type Refusals = Record<
  'edit' | 'open' | 'approve' | 'reject' | 'publish' | 'schedule' | 'bypass' | 'withdraw' | 'comment',
  string | undefined
>;

const submits = new Set(['submitted', 'drafted', 'opened']);

/** Whether the person signed in submitted it; the server knows them by more than the name. */
export const isOwn = (request: ChangeRequestDetail, name: string | undefined) =>
  request.events.some((event) => submits.has(event.kind) && event.actor.name === name);

export function useRefusals(project: Project, request: ChangeRequestDetail): Refusals {
  const member = useQuery(sessionQuery()).data?.member;
  return refusals(project, request, member);
}

export function refusals(
  project: Project,
  request: ChangeRequestDetail,
  member: Pick<Member, 'email' | 'rights'> | undefined,
): Refusals {
  const places = request.environments.map((key) => `${project.key}/${key}`);
  const may = (action: Action, at: string) => !member || holds(member.rights, [action], at);
  const somewhere = (action: Action, of: string[]) => {
    if ((of.length === 0 ? [project.key] : of).some((at) => may(action, at))) return undefined;
    return missing(action, of[0] ?? project.key);
  };
  const everywhere = (action: Action) => {
    const lacks = places.find((at) => !may(action, at));
    return lacks === undefined ? undefined : missing(action, lacks);
  };
  const every = project.environments.map((item) => `${project.key}/${item.key}`);
  const edit = somewhere('edit_flags', [project.key, ...every]);
  const publish = (places.length === 0 ? edit : everywhere('publish')) ?? unfit(request);
  const own = isOwn(request, member?.email);
  const approve = somewhere('approve', places);
  return {
    edit,
    open: edit,
    approve: own ? 'You have submitted it; somebody else has to approve it.' : approve,
    reject: approve,
    publish: publish ?? lacking(project, request),
    schedule: publish ?? lacking(project, request),
    bypass: publish ?? everywhere('bypass'),
    withdraw: own ? undefined : 'Only who has submitted it may withdraw it.',
    comment: edit === undefined ? undefined : somewhere('approve', every) && edit,
  };
}

const missing = (action: Action, at: string) =>
  `You may not ${actionWords[action]} in ${at}. Ask an owner of this server.`;

function unfit(request: ChangeRequestDetail): string | undefined {
  if (request.conflicts > 0) return 'It was changed on both sides: look at both changes first.';
  return request.misfit ? 'It does not fit what is live any more.' : undefined;
}

function lacking(project: Project, request: ChangeRequestDetail): string | undefined {
  const parts = request.approvals
    .filter((item) => item.by.length < item.needed)
    .map((item) => {
      const name = project.environments.find((known) => known.key === item.environment)?.name;
      return `${item.by.length} of ${item.needed} in ${name ?? item.environment}`;
    });
  return parts.length === 0 ? undefined : `Approvals are missing: ${parts.join(', ')}.`;
}
