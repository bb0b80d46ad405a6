import { UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { absolute, ago } from '@/lib/time';
import { useNow } from '@/lib/use-now';

/** A relative time; the absolute one in its title and after one click. */
export function Time({ at, everyMs = 15_000 }: { at: number; everyMs?: number }) {
  const now = useNow(everyMs);
  const [full, setFull] = useState(false);
  return (
    <UnstyledButton
      component="button"
      type="button"
      onClick={(event: React.MouseEvent) => {
        event.stopPropagation();
        event.preventDefault();
        setFull(!full);
      }}
      title={absolute(at)}
      style={{ font: 'inherit', color: 'inherit', whiteSpace: 'nowrap', lineHeight: '24px' }}
    >
      <time dateTime={new Date(at).toISOString()}>{full ? absolute(at) : ago(at, now)}</time>
    </UnstyledButton>
  );
}
