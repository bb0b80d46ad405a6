import { Button, Group, Modal, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldFault } from '@/api/client';
import { linksQuery, membersQuery, setRoles } from '@/api/people';
import type { Person } from '@/api/types';
import { ErrorState } from '@/components/states';
import { RolesEditor } from './roles-editor';

/** What a member may do, in the places that the person signed in manages. */
export function EditRoles({ person, onClose }: { person: Person; onClose: () => void }) {
  const client = useQueryClient();
  const [roles, setDraft] = useState(person.roles);
  const save = useMutation({
    mutationFn: () => setRoles(person.id, roles),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: membersQuery().queryKey });
      await client.invalidateQueries({ queryKey: linksQuery().queryKey });
      onClose();
    },
  });
  const fault = fieldFault(save.error, 'roles');
  return (
    <Modal opened onClose={onClose} title={`Roles of ${person.email}`} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="sm">
          <RolesEditor value={roles} onChange={setDraft} fault={fault} />
          {save.isError && !fault && <ErrorState what="Nothing was changed" error={save.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending}>
              Save roles
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
