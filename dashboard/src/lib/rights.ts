import type { Right } from '@/api/types';

/** What the server asks a right for. */
export const actions = [
  'read',
  'edit_flags',
  'publish',
  'off',
  'approve',
  'erase',
  'manage_keys',
  'manage_project',
  'manage_accounts',
  'bypass',
  'manage_server',
] as const;
export type Action = (typeof actions)[number];

/** Each action as what somebody does, after "may" and "may not". */
export const actionWords: Record<Action, string> = {
  read: 'read everything',
  edit_flags: 'make and change flags and target groups',
  publish: 'publish what programs get, and run experiments',
  off: 'switch off, stop and undo at once',
  approve: 'approve and reject change requests of others',
  erase: 'erase the identifiers of people',
  manage_keys: 'make, rotate and revoke SDK keys',
  manage_project: 'change the project, its environments and webhooks',
  manage_accounts: 'manage members and service tokens',
  bypass: 'publish past the approvals, with a reason',
  manage_server: 'make roles, and whatever else belongs to the whole server',
};

/** What a role of one's own can hold; the rest is the owner's. */
export const givenActions = actions.filter((action) => action !== 'manage_server');

const isAction = (text: string): text is Action => (actions as readonly string[]).includes(text);

/** An action in words; one that this page does not know yet, as the server calls it. */
export const wordsOf = (action: string) => (isAction(action) ? actionWords[action] : action);

/** Whether what is held in a place is held in another: everywhere, project, or project/environment. */
const covers = (held: string, place: string) => held === '' || held === place || place.startsWith(`${held}/`);

/** Whether rights hold one of some actions in a place. */
export function holds(rights: Right[], any: readonly Action[], place: string): boolean {
  return rights.some((right) => covers(right.place, place) && any.some((a) => right.actions.includes(a)));
}
