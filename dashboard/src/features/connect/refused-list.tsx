import { Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { RefusedAttempt } from '@/api/types';
import { Time } from '@/components/time';
import classes from './connect.module.css';
import { gathered } from './progress';

/** Attempts that were refused since the page opened, each cause once, newest first. */
export function RefusedList({ attempts }: { attempts: RefusedAttempt[] }) {
  if (attempts.length === 0) return null;
  return (
    <section aria-label="Refused attempts" className={classes.refusedList}>
      <Text fw={600} size="sm" mt="md" mb={4}>
        Refused
      </Text>
      <ul>
        {gathered(attempts)
          .slice(0, 5)
          .map(({ attempt, times }) => (
            <li key={`${attempt.cause} ${attempt.address} ${attempt.key}`} className={classes.refused}>
              <span className={classes.refusedIcon}>
                <IconAlertTriangle size={16} aria-hidden />
              </span>
              <div>
                <Text size="sm">{attempt.message}</Text>
                <Text size="xs" c="dimmed" component="div">
                  from {attempt.address}
                  {times > 1 && `, ${times} times, last`} <Time at={attempt.at} everyMs={1000} />
                </Text>
              </div>
            </li>
          ))}
      </ul>
    </section>
  );
}
