import { Button, Group, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { rolesQuery } from '@/api/people';
import type { Role } from '@/api/types';
import { ListTable } from '@/components/list-table';
import { May } from '@/components/may';
import { QueryState } from '@/components/states';
import { wordsOf } from '@/lib/rights';
import { DeleteRole } from './delete-role';
import { RoleForm } from './role-form';

/** What each role lets do; an owner makes further ones. */
export function RolesTab() {
  const roles = useQuery(rolesQuery());
  const [editing, setEditing] = useState<Role | 'new'>();
  return (
    <section aria-label="Roles">
      <Group justify="space-between" mb="sm">
        <Text c="dimmed">A role of your own is a set of actions. It counts at once for whoever has it.</Text>
        <May to="manage_server" at="">
          <Button
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setEditing('new')}
          >
            New role
          </Button>
        </May>
      </Group>
      <QueryState query={roles} what="The roles could not be loaded">
        {(items) => <RoleTable items={items} onEdit={setEditing} />}
      </QueryState>
      {editing && (
        <RoleForm
          role={editing === 'new' ? undefined : editing}
          taken={roles.data?.map((role) => role.name) ?? []}
          onClose={() => setEditing(undefined)}
        />
      )}
    </section>
  );
}

function RoleTable({ items, onEdit }: { items: Role[]; onEdit: (role: Role) => void }) {
  const [deleting, setDeleting] = useState<string>();
  return (
    <>
      <ListTable label="Table of roles" columns={['Role', 'Whoever has it may']}>
        {items.map((role) => (
          <Table.Tr key={role.name}>
            <Table.Td>
              <b>{role.name}</b>
              <Text size="xs" c="dimmed">
                {role.builtIn ? 'built in' : role.description}
              </Text>
            </Table.Td>
            <Table.Td>{role.actions.map(wordsOf).join('; ')}</Table.Td>
            <Table.Td>
              {!role.builtIn && <RoleButtons role={role} onEdit={onEdit} onDelete={setDeleting} />}
            </Table.Td>
          </Table.Tr>
        ))}
      </ListTable>
      {deleting && <DeleteRole name={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  );
}

type ButtonsProps = { role: Role; onEdit: (role: Role) => void; onDelete: (name: string) => void };

function RoleButtons({ role, onEdit, onDelete }: ButtonsProps) {
  return (
    <Group gap="xs" justify="flex-end" wrap="nowrap">
      <May to="manage_server" at="">
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Change the role ${role.name}`}
          onClick={() => onEdit(role)}
        >
          Change
        </Button>
      </May>
      <May to="manage_server" at="">
        <Button
          size="compact-xs"
          variant="default"
          c="var(--mantine-color-error)"
          aria-label={`Delete the role ${role.name}`}
          onClick={() => onDelete(role.name)}
        >
          Delete
        </Button>
      </May>
    </Group>
  );
}
