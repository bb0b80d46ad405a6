import { Alert, Button, Group, Modal, MultiSelect, Select, Stack, TextInput } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createToken, tokensQuery } from '@/api/account';
import { ApiError } from '@/api/client';
import { projectsQuery } from '@/api/projects';
import { CodeBlock } from '@/components/code-block';
import { ErrorState } from '@/components/states';

const lives = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: '', label: 'Until revoked' },
];

const scopes: { value: string; label: string }[] = [
  { value: 'full', label: 'Do what you may' },
  { value: 'viewer', label: 'Only read what you may read' },
  { value: 'publisher', label: 'Do what you may as a publisher, at most' },
  { value: 'relay', label: 'Carry configuration to burgee relay, and nothing else' },
];

/** Name, rights and life of a new token, then the token itself, once. */
export function CreateToken({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [scope, setScope] = useState('full');
  const [environments, setEnvironments] = useState<string[]>([]);
  const create = useMutation({
    mutationFn: () =>
      createToken({
        name: name.trim(),
        scope,
        ...(scope === 'relay' ? { environments } : {}),
        ...(days === '' ? {} : { expiresInDays: Number(days) }),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensQuery().queryKey }),
  });
  const close = () => {
    create.reset();
    setName('');
    setScope('full');
    setEnvironments([]);
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
            label="It may"
            data={scopes}
            value={scope}
            onChange={(value) => setScope(value ?? 'full')}
            allowDeselect={false}
          />
          {scope === 'relay' && <RelayEnvironments value={environments} onChange={setEnvironments} />}
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

/** The environments that a relay may carry; none chosen is all of them. */
function RelayEnvironments({ value, onChange }: { value: string[]; onChange: (value: string[]) => void }) {
  const projects = useQuery(projectsQuery());
  const names = projects.data?.flatMap((project) =>
    project.environments.map((environment) => `${project.key}/${environment.key}`),
  );
  return (
    <>
      <MultiSelect
        label="Environments"
        placeholder={value.length === 0 ? 'All, new ones too' : undefined}
        data={names ?? []}
        value={value}
        onChange={onChange}
        clearable
      />
      {projects.isError && <ErrorState what="The environments could not be loaded" error={projects.error} />}
    </>
  );
}
