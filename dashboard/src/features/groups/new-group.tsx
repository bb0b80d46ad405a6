import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { GroupDocument } from '@/api/types';
import { useEnvironment, useProject } from '@/components/project-context';
import { draftGroup } from '@/features/review';
import { keyFault } from '@/lib/names';

type Props = { opened: boolean; example: boolean; taken: string[]; onClose: () => void };

const beta: GroupDocument = {
  description: 'Beta users',
  when: { email: { ends_with: ['@us.example'], ignoreCase: true } },
};

/** Names a new group; who is in it is edited on its page and published from there. */
export function NewGroup(props: Props) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="New target group">
      <Form {...props} key={String(props.example)} />
    </Modal>
  );
}

function Form({ example, taken }: Props) {
  const project = useProject();
  const environment = useEnvironment();
  const navigate = useNavigate();
  const [key, setKey] = useState(example ? 'beta-users' : '');
  const [tried, setTried] = useState(false);
  const fault = taken.includes(key) ? `There is a target group ${key} already.` : keyFault(key);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (fault) return;
        draftGroup(project, environment.key, key, example ? beta : {}, undefined);
        void navigate({
          to: '/p/$project/e/$environment/groups/$key',
          params: { project: project.key, environment: environment.key, key },
        });
      }}
    >
      <Stack>
        <TextInput
          label="Name"
          description="Letters, digits, dot, underscore and hyphen. It stays as it is."
          placeholder="beta-users"
          value={key}
          error={(tried || key !== '') && fault}
          onChange={(event) => setKey(event.currentTarget.value.trim())}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button type="submit">Say who is in it</Button>
        </Group>
      </Stack>
    </form>
  );
}
