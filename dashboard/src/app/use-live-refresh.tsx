import { notifications } from '@mantine/notifications';
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { sessionQuery } from '@/api/account';
import { receiptMoves } from '@/api/receipts';
import type { LiveMessage } from '@/api/types';
import { AnchorLink } from '@/components/links';
import { liveHub, useLiveState } from '@/lib/live';

/** What each message may have made old; counts come often, so they are gathered for some seconds. */
const touched: Record<LiveMessage['type'], string[]> = {
  revision: [
    'flags',
    'flag',
    'experiments',
    'experiment',
    'groups',
    'group',
    'changes',
    'plan',
    'revisions',
    'explain',
    'requests',
    'rollouts',
  ],
  presence: ['connections', 'keys'],
  counts: ['flags', 'evaluations', 'connections'],
  keys: ['keys'],
  receipts: ['connections', 'flag'],
  requests: ['requests', 'rollouts', 'changes'],
};
const delay: Record<LiveMessage['type'], number> = {
  revision: 0,
  presence: 100,
  counts: 5000,
  keys: 0,
  receipts: 100,
  requests: 0,
};

function refresh(client: QueryClient, project: string, type: LiveMessage['type']) {
  for (const part of touched[type]) void client.invalidateQueries({ queryKey: ['project', project, part] });
  if (type === 'receipts') {
    void client.invalidateQueries({
      queryKey: ['project', project, 'receipts'],
      predicate: (query) => receiptMoves(query.state.data),
    });
    return;
  }
  if (type !== 'counts') {
    void client.invalidateQueries({ queryKey: ['project', project], exact: true });
    void client.invalidateQueries({ queryKey: ['projects'] });
  }
}

function announce(project: string, message: Extract<LiveMessage, { type: 'revision' }>) {
  notifications.show({
    title: `${message.actor} published revision ${message.revision} to ${message.environment}`,
    message: (
      <>
        {message.sentences[0]}{' '}
        <AnchorLink
          underline="always"
          size="sm"
          to="/p/$project/e/$environment/audit"
          params={{ project, environment: message.environment }}
        >
          Show
        </AnchorLink>
      </>
    ),
  });
}

/** Follows the project's live stream: asks again for what changed, and tells of others' publishes. */
export function useLiveRefresh(project: string) {
  const client = useQueryClient();
  const waiting = useRef(new Map<LiveMessage['type'], ReturnType<typeof setTimeout>>());
  const stream = useLiveState(project);
  const wasLost = useRef(false);

  useEffect(() => {
    const timers = waiting.current;
    const stop = liveHub(project).listen((message) => {
      if (message.type === 'revision') {
        const me = client.getQueryData(sessionQuery().queryKey)?.member?.email;
        if (message.actor !== me && !message.actor.startsWith('app:')) announce(project, message);
      }
      if (timers.has(message.type)) return;
      const run = () => {
        timers.delete(message.type);
        refresh(client, project, message.type);
      };
      timers.set(message.type, setTimeout(run, delay[message.type]));
    });
    return () => {
      stop();
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    };
  }, [client, project]);

  useEffect(() => {
    if (stream.state === 'lost') wasLost.current = true;
    if (stream.state !== 'open' || !wasLost.current) return;
    wasLost.current = false;
    void client.invalidateQueries();
  }, [client, stream.state]);
}
