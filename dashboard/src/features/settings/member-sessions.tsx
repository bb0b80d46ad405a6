import { Modal, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { sessionsQuery } from '@/api/people';
import type { Person } from '@/api/types';
import { QueryState } from '@/components/states';
import { SessionTable } from './session-table';

/** Where a member is signed in, for who manages members. */
export function MemberSessions({ person, onClose }: { person: Person; onClose: () => void }) {
  const sessions = useQuery(sessionsQuery(person.id));
  return (
    <Modal opened onClose={onClose} title={`Sessions of ${person.email}`} centered size="xl">
      <QueryState query={sessions} what="The sessions could not be loaded">
        {(items) =>
          items.length === 0 ? (
            <Text c="dimmed">None: {person.email} is signed in nowhere.</Text>
          ) : (
            <Stack gap="sm">
              <Text size="sm" c="dimmed">
                End one that is not theirs. They can sign in again: where somebody else knows the password,
                reset it too.
              </Text>
              <SessionTable items={items} member={person} />
            </Stack>
          )
        }
      </QueryState>
    </Modal>
  );
}
