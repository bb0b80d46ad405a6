import { Alert, Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createToken, tokensQuery } from '@/api/account';
import { ApiError } from '@/api/client';
import { CodeBlock } from '@/components/code-block';
import { ErrorState } from '@/components/states';

const lives = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: '', label: 'Until revoked' },
];

/** Name and life of a new token, then the token itself, once. */
export function CreateToken({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const create = useMutation({
    mutationFn: () =>
      createToken({ name: name.trim(), ...(days === '' ? {} : { expiresInDays: Number(days) }) }),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensQuery().queryKey }),
  });
  const close = () => {
    create.reset();
    setName('');
    onClose();
  };
  const fault = create.error instanceof ApiError ? create.error.field('name') : undefined;
  if (create.data) {
    return (
      <Modal opened={opened} onClose={close} title="The new token" centered size="lg">
        <Stack gap="sm">
          <CodeBlock code={create.data.token} label={`Token ${create.data.name}`} />
          <Alert color="yellow" icon={<IconEyeOff size={18} aria-hidden />} title="Shown only now">
            Burgee keeps a fingerprint of it. Copy it before you close this.
          </Alert>
          <Group justify="flex-end">
            <Button onClick={close}>Done</Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  return (
    <Modal opened={opened} onClose={close} title="New token" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            placeholder="laptop, pipeline…"
            required
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={fault}
            data-autofocus
          />
          <Select
            label="Works for"
            data={lives}
            value={days}
            onChange={(value) => setDays(value ?? '90')}
            allowDeselect={false}
          />
          {create.isError && !fault && <ErrorState what="No token was made" error={create.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending} disabled={name.trim() === ''}>
              Make token
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
