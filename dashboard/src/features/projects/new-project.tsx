import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { fieldFault } from '@/api/client';
import { createProject } from '@/api/environments';
import { projectsQuery } from '@/api/projects';
import { ErrorState } from '@/components/states';
import { keyOf, placeFault } from './place-key';

type Props = { opened: boolean; onClose: () => void };

/** Makes a project, and goes on to connect the first program to it. */
export function NewProject({ opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="New project" centered>
      <Form />
    </Modal>
  );
}

function Form() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState('');
  const [typed, setTyped] = useState<string>();
  const [tried, setTried] = useState(false);
  const key = typed ?? keyOf(name);
  const make = useMutation({
    mutationFn: () => createProject(key, name.trim()),
    onSuccess: async (made) => {
      await client.invalidateQueries({ queryKey: projectsQuery().queryKey });
      await navigate({ to: '/p/$project/connect', params: { project: made.key } });
    },
  });
  const told = fieldFault(make.error, 'key');
  const fault = placeFault(key);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (!fault) make.mutate();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Name"
          placeholder="Web shop"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          label="Key"
          description="What files, addresses and the command line call it. It never changes."
          value={key}
          error={told ?? (tried ? fault : undefined)}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        {make.isError && !told && <ErrorState what="The project was not made" error={make.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={make.isPending}>
            Make project
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
