import { Button, Code, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldFault } from '@/api/client';
import { projectQuery, projectsQuery, renameProject } from '@/api/projects';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';

/** The name that people read; the key that programs and files use stays. */
export function RenameProject() {
  const project = useProject();
  const client = useQueryClient();
  const [name, setName] = useState(project.name);
  const rename = useMutation({
    mutationFn: () => renameProject(project.key, name.trim()),
    onSuccess: async (saved) => {
      client.setQueryData(projectQuery(project.key).queryKey, saved);
      await client.invalidateQueries({ queryKey: projectsQuery().queryKey });
    },
  });
  const fault = fieldFault(rename.error, 'name');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        rename.mutate();
      }}
    >
      <Stack maw={460} gap="sm" align="flex-start">
        <TextInput
          w="100%"
          label="Name"
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={fault}
          maxLength={80}
        />
        <Text size="sm" c="dimmed">
          Its key stays <Code>{project.key}</Code>: files and the command line go by that.
        </Text>
        {rename.isError && !fault && <ErrorState what="The name was not saved" error={rename.error} />}
        <Button
          type="submit"
          loading={rename.isPending}
          disabled={name.trim() === '' || name.trim() === project.name}
        >
          Rename project
        </Button>
      </Stack>
    </form>
  );
}
