import { IconPlugConnectedX } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useLiveState } from '@/lib/live';
import { clock } from '@/lib/time';
import classes from './frame.module.css';
import type { Current } from './use-current';

/** "Not connected since 10:41, showing revision 811", once the stream has been lost for three seconds. */
export function OfflineStrip({ current }: { current: Current }) {
  const stream = useLiveState(current.project?.key);
  const [late, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (stream.state !== 'lost') return;
    const timer = setTimeout(() => setLate(true), 3000);
    return () => clearTimeout(timer);
  }, [stream]);
  if (!late || stream.state !== 'lost') return null;
  return (
    <div className={classes.strip} role="status">
      <IconPlugConnectedX size={16} aria-hidden />
      Not connected since {clock(stream.since).slice(0, 5)}
      {current.environment && `, showing revision ${current.environment.revision}`}. Trying again by itself.
    </div>
  );
}
