import { IconPlugConnectedX } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { fetchSession } from '@/api/session';
import { useLiveState } from '@/lib/live';
import { useReach, watchOffline } from '@/lib/offline';
import { clock } from '@/lib/time';
import classes from './frame.module.css';
import type { Current } from './use-current';

/**
 * "Not connected since 10:41, showing revision 811". While the live stream is lost it asks whether the
 * server answers; where it does, a stream is what is missing, and the page is refreshed by asking.
 */
export function OfflineStrip({ current }: { current: Current }) {
  const key = current.project?.key;
  const stream = useLiveState(key);
  const reach = useReach();
  const client = useQueryClient();
  useEffect(() => {
    if (stream.state !== 'lost') return;
    return watchOffline(
      () => fetchSession(),
      stream.since,
      () => void client.invalidateQueries({ queryKey: ['project', key] }),
    );
  }, [stream, client, key]);
  if (reach.state === 'online') return null;
  return (
    <div className={classes.strip} role="status">
      <IconPlugConnectedX size={16} aria-hidden />
      Not connected since {clock(reach.since).slice(0, 5)}
      {current.environment && `, showing revision ${current.environment.revision}`}. Nothing can be changed
      until the server answers; it is asked every 3 seconds.
    </div>
  );
}
