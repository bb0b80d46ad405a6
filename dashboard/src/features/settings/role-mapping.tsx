import { Button, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { RolesEditor } from './roles-editor';
import type { Draft } from './sign-in-draft';

type Mapping = Draft['mapping'];

type Props = {
  claim: string;
  mapping: Mapping;
  onClaim: (claim: string) => void;
  onChange: (mapping: Mapping) => void;
  claimFault: string | undefined;
  fault: string | undefined;
};

/** Which roles somebody has by what the provider says of them. */
export function RoleMapping({ claim, mapping, onClaim, onChange, claimFault, fault }: Props) {
  const change = (id: number, part: Partial<Mapping[number]>) =>
    onChange(mapping.map((item) => (item.id === id ? { ...item, ...part } : item)));
  const add = () => {
    const id = Math.max(-1, ...mapping.map((item) => item.id)) + 1;
    onChange([...mapping, { id, value: mapping.length === 0 ? '*' : '', roles: [] }]);
  };
  return (
    <Stack gap="sm">
      <TextInput
        label="Claim"
        description="Which claim gives roles, such as groups; with dots for one inside another"
        value={claim}
        onChange={(event) => onClaim(event.currentTarget.value)}
        error={claimFault}
        autoComplete="off"
      />
      <Text size="sm" c="dimmed">
        Roles that stand here are given and taken at each sign-in; others stay as they are.
      </Text>
      {mapping.map((item, place) => (
        <Fieldset
          key={item.id}
          legend={item.value === '*' ? 'Everybody' : item.value || `Value ${place + 1}`}
        >
          <Stack gap="sm">
            <Group align="flex-end" gap="xs">
              <TextInput
                style={{ flex: '1 1 200px' }}
                label="Value"
                description="One of the claim; * is everybody"
                value={item.value}
                onChange={(event) => change(item.id, { value: event.currentTarget.value })}
                autoComplete="off"
              />
              <Button
                variant="default"
                aria-label={`Remove ${item.value || `value ${place + 1}`}`}
                onClick={() => onChange(mapping.filter((other) => other.id !== item.id))}
              >
                Remove
              </Button>
            </Group>
            <RolesEditor value={item.roles} onChange={(roles) => change(item.id, { roles })} />
          </Stack>
        </Fieldset>
      ))}
      {fault && (
        <Text size="sm" c="var(--mantine-color-error)" role="alert">
          {fault}
        </Text>
      )}
      <Group>
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={add}>
          Add a value
        </Button>
      </Group>
    </Stack>
  );
}
