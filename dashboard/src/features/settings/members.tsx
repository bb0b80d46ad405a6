import { Badge, Button, Group, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sessionQuery } from '@/api/account';
import { resetTOTP, unlinkMember } from '@/api/own-account';
import { linksQuery, membersQuery, removeMember, resetPassword } from '@/api/people';
import type { NewLink, Person } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { ListTable } from '@/components/list-table';
import { QueryState } from '@/components/states';
import { EditRoles } from './edit-roles';
import { Invitations } from './invitations';
import { Invite } from './invite';
import { MemberSessions } from './member-sessions';
import { roleWords } from './roles';
import { ShowLink } from './show-link';

/** Who has an account, what each may do, and who is invited. */
export function Members() {
  const members = useQuery(membersQuery());
  const [inviting, setInviting] = useState(false);
  return (
    <section aria-label="Members">
      <Group justify="space-between" mb="sm">
        <Text c="dimmed">A role counts everywhere, in a project or in one environment.</Text>
        <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setInviting(true)}>
          Invite
        </Button>
      </Group>
      <QueryState query={members} what="The members could not be loaded">
        {(items) => <MemberTable items={items} />}
      </QueryState>
      <Invitations />
      <Invite opened={inviting} onClose={() => setInviting(false)} />
    </section>
  );
}

type Doing = { what: 'roles' | 'sessions' | 'remove' | 'reset' | 'totp' | 'unlink'; person: Person };

function MemberTable({ items }: { items: Person[] }) {
  const client = useQueryClient();
  const me = useQuery(sessionQuery()).data?.member?.id;
  const [doing, setDoing] = useState<Doing>();
  const [made, setMade] = useState<NewLink>();
  const person = doing?.person;
  const close = () => setDoing(undefined);
  const remove = async () => {
    if (person) await removeMember(person.id);
    await client.invalidateQueries({ queryKey: membersQuery().queryKey });
  };
  const reset = async () => {
    if (person) setMade(await resetPassword(person.id));
    await client.invalidateQueries({ queryKey: linksQuery().queryKey });
  };
  const stop = async () => {
    if (person) await resetTOTP(person.id);
    await client.invalidateQueries({ queryKey: membersQuery().queryKey });
  };
  const unlink = async () => {
    if (person) await unlinkMember(person.id);
    await client.invalidateQueries({ queryKey: membersQuery().queryKey });
  };
  return (
    <>
      <ListTable label="Table of members" columns={['E-mail', 'Roles']}>
        {items.map((item) => (
          <Table.Tr key={item.id}>
            <Table.Td>
              {item.email} {item.id === me && <Badge variant="default">you</Badge>}{' '}
              {item.totp && <Badge variant="default">second step</Badge>}{' '}
              {item.singleSignOn && <Badge variant="default">single sign-on</Badge>}
            </Table.Td>
            <Table.Td>{item.roles.map(roleWords).join(', ') || 'none'}</Table.Td>
            <Table.Td>
              <Group gap="xs" justify="flex-end" wrap="nowrap">
                <RowButton name="Roles" of={item} onClick={() => setDoing({ what: 'roles', person: item })} />
                <RowButton
                  name="Sessions"
                  of={item}
                  onClick={() => setDoing({ what: 'sessions', person: item })}
                />
                <RowButton
                  name="Reset password"
                  of={item}
                  onClick={() => setDoing({ what: 'reset', person: item })}
                />
                {item.totp && (
                  <RowButton
                    name="Reset second step"
                    of={item}
                    onClick={() => setDoing({ what: 'totp', person: item })}
                  />
                )}
                {item.singleSignOn && (
                  <RowButton
                    name="Unlink"
                    of={item}
                    onClick={() => setDoing({ what: 'unlink', person: item })}
                  />
                )}
                <RowButton
                  name="Remove"
                  of={item}
                  danger
                  onClick={() => setDoing({ what: 'remove', person: item })}
                />
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </ListTable>
      {person && doing?.what === 'roles' && <EditRoles person={person} onClose={close} />}
      {person && doing?.what === 'sessions' && <MemberSessions person={person} onClose={close} />}
      <Confirm
        opened={doing?.what === 'remove'}
        onClose={close}
        title={`Remove ${person?.email ?? ''}?`}
        verb="Remove"
        danger
        action={remove}
      >
        Sessions, personal tokens and the links they made end at once. Service tokens stay.
      </Confirm>
      <Confirm
        opened={doing?.what === 'reset'}
        onClose={close}
        title={`Reset the password of ${person?.email ?? ''}?`}
        verb="Make a link"
        action={reset}
      >
        You get a link to copy to them. The old password works until they have used it.
      </Confirm>
      <Confirm
        opened={doing?.what === 'totp'}
        onClose={close}
        title={`Turn off the second step of ${person?.email ?? ''}?`}
        verb="Turn off"
        danger
        action={stop}
      >
        For who has lost the app and the recovery codes. The password alone signs them in then.
      </Confirm>
      <Confirm
        opened={doing?.what === 'unlink'}
        onClose={close}
        title={`Unlink ${person?.email ?? ''} from the provider?`}
        verb="Unlink"
        danger
        action={unlink}
      >
        Who signs in at the provider as them is not them here any more. Sign-ins that there are go on. Without
        a password it takes a link: Reset password.
      </Confirm>
      <ShowLink made={made} onClose={() => setMade(undefined)} />
    </>
  );
}

type RowButtonProps = { name: string; of: Person; danger?: boolean; onClick: () => void };

function RowButton({ name, of, danger, onClick }: RowButtonProps) {
  return (
    <Button
      size="compact-xs"
      variant="default"
      c={danger ? 'var(--mantine-color-error)' : undefined}
      aria-label={`${name}: ${of.email}`}
      onClick={onClick}
    >
      {name}
    </Button>
  );
}
