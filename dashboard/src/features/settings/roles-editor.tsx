import { ActionIcon, Button, Group, Select, Stack, Text } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { rolesQuery } from '@/api/people';
import { projectsQuery } from '@/api/projects';
import { ErrorState } from '@/components/states';
import { wordsOf } from '@/lib/rights';
import { places, roleWords, withRole } from './roles';

type Props = { value: string[]; onChange: (roles: string[]) => void; fault?: string };

/** The roles of one person: a list, and a line that adds one. */
export function RolesEditor({ value, onChange, fault }: Props) {
  const roles = useQuery(rolesQuery());
  const projects = useQuery(projectsQuery());
  const [name, setName] = useState('viewer');
  const [place, setPlace] = useState('');
  const known = roles.data?.find((role) => role.name === name);
  return (
    <Stack gap="xs">
      {value.map((role) => (
        <Group key={role} gap="xs" justify="space-between" wrap="nowrap">
          <Text size="sm">{roleWords(role)}</Text>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Take away ${roleWords(role)}`}
            onClick={() => onChange(value.filter((other) => other !== role))}
          >
            <IconX size={14} aria-hidden />
          </ActionIcon>
        </Group>
      ))}
      <Group gap="xs" align="flex-end">
        <Select
          style={{ flex: '1 1 110px' }}
          label="Role"
          data={roles.data?.map((role) => role.name) ?? ['viewer']}
          value={name}
          onChange={(next) => setName(next ?? 'viewer')}
          allowDeselect={false}
        />
        <Select
          style={{ flex: '1 1 110px' }}
          label="Where"
          data={name === 'owner' ? [{ value: '', label: 'Everywhere' }] : places(projects.data ?? [])}
          value={name === 'owner' ? '' : place}
          onChange={(next) => setPlace(next ?? '')}
          allowDeselect={false}
        />
        <Button
          variant="default"
          onClick={() => onChange(withRole(value, name, name === 'owner' ? '' : place))}
        >
          Add role
        </Button>
      </Group>
      {known && (
        <Text size="xs" c="dimmed">
          {known.name} may {known.actions.map(wordsOf).join('; ')}
        </Text>
      )}
      {fault && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {fault}
        </Text>
      )}
      {roles.isError && <ErrorState what="The roles could not be loaded" error={roles.error} />}
      {projects.isError && <ErrorState what="The projects could not be loaded" error={projects.error} />}
    </Stack>
  );
}
