import type { Webhook, WebhookAttempt, WebhookDelivery } from '@/api/types';

/** What a state is called, and the colour of its badge. */
export const stateWords: Record<Webhook['state'], { label: string; color: string }> = {
  disabled: { label: 'disabled', color: 'gray' },
  idle: { label: 'nothing sent yet', color: 'gray' },
  ok: { label: 'working', color: 'teal' },
  retrying: { label: 'trying again', color: 'yellow' },
  failing: { label: 'failing', color: 'red' },
};

export const deliveryColor: Record<WebhookDelivery['state'], string> = {
  pending: 'yellow',
  delivered: 'teal',
  failed: 'red',
};

/** Which changes a webhook is sent, in one line. */
export function filterWords({ events, environments, flags, tags }: Webhook): string {
  const what = events.length === 0 ? 'every change' : events.join(', ');
  const where = environments.length === 0 ? '' : ` in ${environments.join(', ')}`;
  const which = flags.length === 0 ? '' : `, of ${flags.join(', ')}`;
  return what + where + which + (tags.length === 0 ? '' : `, tagged ${tags.join(' or ')}`);
}

/** What came of an attempt. */
export const attemptWords = (attempt: WebhookAttempt | undefined): string => {
  if (attempt === undefined) return 'not tried yet';
  return attempt.problem ?? `answered ${attempt.status} in ${attempt.durationMs} ms`;
};

/** What a message tells of. */
export const objectWords = ({ object, events }: WebhookDelivery): string =>
  events > 1 ? `${object} and ${events - 1} more` : object;
