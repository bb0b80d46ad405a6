import { Badge } from '@mantine/core';
import type { Experiment } from '@/api/types';
import { useNow } from '@/lib/use-now';

const colours = { draft: 'gray', running: 'green', stopped: 'orange' } as const;

/** "running, day 3" in words and colour. */
export function StateBadge({ experiment }: { experiment: Experiment }) {
  const now = useNow(60_000);
  const day =
    experiment.state === 'running' && experiment.startedAt !== undefined
      ? `, day ${Math.floor(Math.max(0, now - experiment.startedAt) / 86_400_000) + 1}`
      : '';
  return (
    <Badge variant="light" color={colours[experiment.state]} tt="none" style={{ minWidth: 'max-content' }}>
      {experiment.state}
      {day}
    </Badge>
  );
}
