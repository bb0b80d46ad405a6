import { Button, Checkbox, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sessionQuery } from '@/api/account';
import { fieldFault } from '@/api/client';
import { putRole, rolesQuery } from '@/api/people';
import type { Role } from '@/api/types';
import { ErrorState } from '@/components/states';
import { actionWords, givenActions } from '@/lib/rights';

type Props = { role: Role | undefined; taken: string[]; onClose: () => void };

/** Makes a role, or gives one other actions: a box for each. */
export function RoleForm({ role, taken, onClose }: Props) {
  const client = useQueryClient();
  const [name, setName] = useState(role?.name ?? '');
  const [description, setDescription] = useState(role?.description ?? '');
  const [actions, setActions] = useState<string[]>(role?.actions ?? ['read']);
  const save = useMutation({
    mutationFn: () => putRole(name.trim(), { actions, description: description.trim() }, role === undefined),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: rolesQuery().queryKey });
      await client.invalidateQueries({ queryKey: sessionQuery().queryKey });
      onClose();
    },
  });
  const field = (at: string) => fieldFault(save.error, at);
  const exists = role === undefined && taken.includes(name.trim());
  const nameFault = exists ? 'There is a role of this name.' : field('role');
  return (
    <Modal opened onClose={onClose} title={role ? `The role ${role.name}` : 'New role'} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            placeholder="duty"
            required
            readOnly={role !== undefined}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={nameFault}
            data-autofocus={role === undefined || undefined}
          />
          <TextInput
            label="What it is for"
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
            error={field('description')}
          />
          <Checkbox.Group
            label="Whoever has it may"
            value={actions}
            onChange={setActions}
            error={field('actions')}
          >
            <Stack gap={6} mt={6}>
              {givenActions.map((action) => (
                <Checkbox
                  key={action}
                  value={action}
                  label={actionWords[action]}
                  disabled={action === 'read'}
                  description={action === 'read' ? 'Every role may.' : undefined}
                />
              ))}
            </Stack>
          </Checkbox.Group>
          {save.isError && !nameFault && <ErrorState what="The role was not saved" error={save.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === '' || exists}>
              Save role
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
