import { Badge, Button, Table, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { endSession, sessionsQuery } from '@/api/people';
import type { SignedIn } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { ListTable } from '@/components/list-table';
import { QueryState } from '@/components/states';
import { Time } from '@/components/time';

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

function SessionTable({ items }: { items: SignedIn[] }) {
  const client = useQueryClient();
  const [ending, setEnding] = useState<SignedIn>();
  const end = async () => {
    if (ending) await endSession(ending.id);
    await client.invalidateQueries({ queryKey: sessionsQuery().queryKey });
  };
  return (
    <>
      <ListTable label="Table of sessions" columns={['Browser', 'Address', 'Signed in', 'Last seen']}>
        {items.map((item) => (
          <Table.Tr key={item.id}>
            <Table.Td>
              {item.userAgent || 'not known'} {item.current && <Badge variant="default">this one</Badge>}
            </Table.Td>
            <Table.Td className="b-mono">{item.address}</Table.Td>
            <Table.Td>
              <Time at={item.createdAt} />
            </Table.Td>
            <Table.Td>
              <Time at={item.lastSeenAt} />
            </Table.Td>
            <Table.Td ta="right">
              <Button
                size="compact-xs"
                variant="default"
                c="var(--mantine-color-error)"
                aria-label={`End the session at ${item.address}`}
                onClick={() => setEnding(item)}
              >
                End
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </ListTable>
      <Confirm
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        title="End this session?"
        verb="End session"
        danger
        action={end}
      >
        {ending?.current ? 'You are signed out here.' : 'Whoever uses it is signed out at once.'}
      </Confirm>
    </>
  );
}
