import { Button, Checkbox, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldFault } from '@/api/client';
import { createKey, keysQuery } from '@/api/keys';
import type { Environment, KeyKind, NewKey } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';

type Props = {
  opened: boolean;
  environment: Environment;
  onClose: () => void;
  onMade: (key: NewKey) => void;
};

/** Name and kind of a new key. */
export function CreateKey({ opened, environment, onClose, onMade }: Props) {
  const project = useProject();
  const client = useQueryClient();
  const [kind, setKind] = useState<KeyKind>('server');
  const [name, setName] = useState('');
  const [signed, setSigned] = useState(false);
  const create = useMutation({
    mutationFn: () =>
      createKey(project.key, environment.key, {
        kind,
        name: name.trim() || `${kind} key`,
        signedContexts: kind === 'client' && signed,
      }),
    onSuccess: async (key) => {
      setName('');
      setSigned(false);
      onClose();
      onMade(key);
      await client.invalidateQueries({ queryKey: keysQuery(project.key, environment.key).queryKey });
    },
  });
  const fault = fieldFault(create.error, 'name');
  return (
    <Modal opened={opened} onClose={onClose} title="New key" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack gap="sm">
          <div>
            <EnvironmentBadge environment={environment} />
          </div>
          <TextInput
            label="Name"
            placeholder="calendar service"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fault}
            data-autofocus
          />
          <Radio.Group label="Kind" value={kind} onChange={(value) => setKind(value as KeyKind)}>
            <Stack gap={8} mt={6}>
              <Radio
                value="server"
                label="Server key"
                description="Reads the rules. For trusted programs; secret, shown once."
              />
              <Radio
                value="client"
                label="Client key"
                description="Gets evaluated values of flags marked for clients. For browsers and apps; public."
              />
            </Stack>
          </Radio.Group>
          {kind === 'client' && (
            <Checkbox
              label="Signed contexts only"
              description="A page says who its user is with a token that your service makes with a server key, so that nobody can ask as somebody else."
              checked={signed}
              onChange={(event) => setSigned(event.currentTarget.checked)}
            />
          )}
          {create.isError && !fault && <ErrorState what="No key was made" error={create.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Make key
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
