import type { Environment, Project } from '@/api/types';
import { environmentName } from '@/components/environment-badge';
import { useRefusal } from '@/components/may';
import type { Draft } from './draft-store';

/** What can be done with a draft. */
export type Way = 'publish' | 'request' | 'draft' | 'schedule' | 'bypass' | 'resubmit';

export const wayWords: Record<Way, string> = {
  publish: 'Publish now',
  request: 'Request review',
  draft: 'Save as draft',
  schedule: 'Publish at a time',
  bypass: 'Publish in an emergency',
  resubmit: 'Save in the change request',
};

/** Whether a draft changes only what every environment shares, which may reach none. */
export function sharedOnly(draft: Draft): boolean {
  const configured = Object.values(draft.flags).some((flag) => flag.environments !== undefined);
  return !configured && Object.keys(draft.experiments).length === 0;
}

/** The ways of a draft, the first of them the usual one; `review` says that approvals are missing. */
export function waysOf(draft: Draft, review: boolean, mayBypass: boolean, mayPublish: boolean): Way[] {
  if (draft.request) return ['resubmit'];
  if (review) return mayBypass ? ['request', 'draft', 'bypass'] : ['request', 'draft'];
  // Who may only propose is offered that first.
  return mayPublish ? ['publish', 'request', 'schedule', 'draft'] : ['request', 'draft', 'publish'];
}

/** Why the person signed in may not go a way. */
export function useWayRefusals(draft: Draft, project: Project, environment: Environment) {
  const here = `${project.key}/${environment.key}`;
  const shared = sharedOnly(draft);
  const publish = useRefusal(shared ? { to: 'edit_flags', at: project.key } : { to: 'publish', at: here });
  const propose = useRefusal({ to: 'edit_flags', at: shared ? project.key : here });
  const bypass = useRefusal({ to: 'bypass', at: here });
  const all: Record<Way, string | undefined> = {
    publish,
    schedule: publish ?? propose,
    request: propose,
    draft: propose,
    resubmit: propose,
    bypass: publish ?? bypass,
  };
  return all;
}

/** What the button of a way says. */
export function verb(way: Way, draft: Draft, environment: Environment): string {
  switch (way) {
    case 'publish':
      return `Publish to ${environmentName(environment)}`;
    case 'bypass':
      return `Publish to ${environmentName(environment)} now`;
    case 'resubmit':
      return `Save in #${draft.request?.number}`;
    case 'schedule':
      return 'Schedule';
    default:
      return wayWords[way];
  }
}
