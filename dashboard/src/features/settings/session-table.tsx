import { Badge, Button, Table } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { endSession, sessionsQuery } from '@/api/people';
import type { Person, SignedIn } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { ListTable } from '@/components/list-table';
import { Time } from '@/components/time';

/** The sessions of a member, or without one of the person themselves; each can be ended. */
export function SessionTable({ items, member }: { items: SignedIn[]; member?: Person }) {
  const client = useQueryClient();
  const [ending, setEnding] = useState<SignedIn>();
  const end = async () => {
    if (ending) await endSession(ending.id, member?.id);
    await client.invalidateQueries({ queryKey: sessionsQuery(member?.id).queryKey });
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
        title={member ? `End this session of ${member.email}?` : 'End this session?'}
        verb="End session"
        danger
        action={end}
      >
        {ending?.current ? 'You are signed out here.' : 'Whoever uses it is signed out at once.'}
      </Confirm>
    </>
  );
}
