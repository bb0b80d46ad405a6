import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldFault } from '@/api/client';
import { createEnvironment, updateEnvironment } from '@/api/environments';
import type { Environment, EnvironmentKind } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { keyOf, placeFault } from './place-key';

type Props = {
  opened: boolean;
  onClose: () => void;
  /** The environment to change; none makes a new one. */
  environment?: Environment;
};

const kinds: { value: EnvironmentKind; label: string }[] = [
  { value: 'production', label: 'Production' },
  { value: 'development', label: 'Development' },
  { value: 'other', label: 'Other' },
];

/** Makes an environment, empty or like another one, or changes what one is called and how it looks. */
export function EnvironmentForm(props: Props) {
  const title = props.environment ? `Change ${props.environment.name}` : 'New environment';
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={title} centered>
      <Form {...props} />
    </Modal>
  );
}

function Form({ environment, onClose }: Props) {
  const project = useProject();
  const client = useQueryClient();
  const [name, setName] = useState(environment?.name ?? '');
  const [typed, setTyped] = useState<string>();
  const [kind, setKind] = useState<EnvironmentKind>(environment?.kind ?? 'other');
  const [like, setLike] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const key = environment?.key ?? typed ?? keyOf(name);
  const save = useMutation({
    mutationFn: () =>
      environment
        ? updateEnvironment(project.key, key, { name: name.trim(), kind })
        : createEnvironment(project.key, { key, name: name.trim(), kind, like: like ?? undefined }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['project', project.key] });
      await client.invalidateQueries({ queryKey: ['projects'] });
      onClose();
    },
  });
  const told = fieldFault(save.error, 'key');
  const fault = environment ? undefined : placeFault(key);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!fault && name.trim() !== '') save.mutate();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Name"
          placeholder="Staging"
          value={name}
          maxLength={100}
          error={tried && name.trim() === '' ? 'Give it a name.' : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        {!environment && (
          <TextInput
            label="Key"
            description="What files, addresses and the command line call it. It never changes."
            value={key}
            error={told ?? (tried ? fault : undefined)}
            onChange={(event) => setTyped(event.currentTarget.value)}
          />
        )}
        <Select
          label="Kind"
          description="Its colour and icon everywhere."
          data={kinds}
          value={kind}
          allowDeselect={false}
          onChange={(value) => value && setKind(value as EnvironmentKind)}
        />
        <div>
          <EnvironmentBadge environment={{ name: name || 'Its name', kind }} />
        </div>
        {!environment && (
          <Select
            label="Begin like"
            description="Copies what its flags do, and how many approvals a change needs. Keys and experiments are not copied."
            placeholder="Nothing: programs get their own defaults"
            data={project.environments.map((item) => ({ value: item.key, label: item.name }))}
            value={like}
            clearable
            onChange={setLike}
          />
        )}
        {save.isError && !told && <ErrorState what="Nothing was saved" error={save.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            {environment ? 'Save' : 'Make environment'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
