import type { ChangeRequest, ChangeRequestEvent } from '@/api/types';
import { count } from '@/lib/names';
import { absolute } from '@/lib/time';

/** How far a change request has come, in a few words. */
export function stateWords(request: ChangeRequest): string {
  switch (request.state) {
    case 'draft':
      return 'draft';
    case 'published':
      return 'published';
    case 'rejected':
      return 'rejected';
    case 'withdrawn':
      return 'withdrawn';
  }
  if (request.publishAt) return request.approved ? 'scheduled' : 'scheduled, approvals are missing';
  if (request.problem) return 'not published at its time';
  return request.approved ? 'ready to publish' : 'needs approval';
}

/** "1 of 2", the least approved of its environments; nothing where none is needed. */
export function approvalWords(request: ChangeRequest): string {
  const needed = request.approvals.filter((item) => item.needed > 0);
  if (needed.length === 0) return 'none needed';
  return needed.map((item) => `${Math.min(item.by.length, item.needed)} of ${item.needed}`).join(', ');
}

const eventWords: Record<ChangeRequestEvent['kind'], string> = {
  drafted: 'saved it as a draft',
  opened: 'opened it for review',
  submitted: 'submitted it',
  commented: 'said',
  approved: 'approved it',
  rejected: 'rejected it',
  withdrawn: 'withdrew it',
  scheduled: 'scheduled it',
  unscheduled: 'took it off the schedule',
  published: 'published it',
  failed: 'could not publish it at its time',
};

/** "ben approved it (version 2)" without the name. */
export function eventText(event: ChangeRequestEvent): string {
  const words = eventWords[event.kind];
  const again = event.version > 1 && (event.kind === 'submitted' || event.kind === 'drafted') ? ' again' : '';
  return event.kind === 'commented' ? words : `${words}${again} (version ${event.version})`;
}

export const objectWords = (request: ChangeRequest) => count(request.objects, 'object');

/** "2026-12-24 00:00" of this computer's clock. */
export const whenWords = (at: number) => absolute(at).slice(0, 16);
