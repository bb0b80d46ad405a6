import { Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { sessionsQuery } from '@/api/people';
import { QueryState } from '@/components/states';
import { SessionTable } from './session-table';

/** Where the person is signed in. */
export function Sessions() {
  const sessions = useQuery(sessionsQuery());
  return (
    <section aria-label="Sessions">
      <Text c="dimmed" mb="sm">
        Where you are signed in. End one that you do not know, and then choose another password.
      </Text>
      <QueryState query={sessions} what="The sessions could not be loaded">
        {(items) => <SessionTable items={items} />}
      </QueryState>
    </section>
  );
}
