import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldFault } from '@/api/client';
import { invite, linksQuery } from '@/api/people';
import { ErrorState } from '@/components/states';
import { RolesEditor } from './roles-editor';
import { ShowLink } from './show-link';

/** E-mail and roles of somebody new, then the link, once. */
export function Invite({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [email, setEmail] = useState('');
  const [roles, setRoles] = useState<string[]>([]);
  const create = useMutation({
    mutationFn: () => invite({ email: email.trim(), roles }),
    onSuccess: () => client.invalidateQueries({ queryKey: linksQuery().queryKey }),
  });
  const close = () => {
    create.reset();
    setEmail('');
    setRoles([]);
    onClose();
  };
  const field = (name: string) => fieldFault(create.error, name);
  if (create.data) return <ShowLink made={create.data} onClose={close} />;
  return (
    <Modal opened={opened} onClose={close} title="Invite somebody" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="E-mail"
            type="email"
            required
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            error={field('email')}
            data-autofocus
          />
          <RolesEditor value={roles} onChange={setRoles} fault={field('roles')} />
          {create.isError && !field('email') && !field('roles') && (
            <ErrorState what="No link was made" error={create.error} />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={create.isPending}
              disabled={email.trim() === '' || roles.length === 0}
            >
              Make link
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
