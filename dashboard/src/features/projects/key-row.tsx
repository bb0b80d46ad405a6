import { Badge, Button, Group, NumberInput, Table, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { keysQuery, revokeKey, rotateKey } from '@/api/keys';
import type { Environment, Key, NewKey } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { CopyIcon } from '@/components/copy';
import { environmentName } from '@/components/environment-badge';
import { May } from '@/components/may';
import { useProject } from '@/components/project-context';
import { Time } from '@/components/time';

type Props = { item: Key; environment: Environment; onRotated: (key: NewKey) => void };

/** One key: a server key as prefix…suffix, a client key readable, since it is public. */
export function KeyRow({ item, environment, onRotated }: Props) {
  const ended = item.revokedAt !== undefined;
  return (
    <Table.Tr>
      <Table.Td>{item.name}</Table.Td>
      <Table.Td>
        <Badge variant="light" color={item.kind === 'client' ? 'grape' : 'blue'} tt="none">
          {item.kind === 'client' ? 'client, public' : 'server'}
        </Badge>
        {item.signedContexts && (
          <Text size="xs" c="dimmed">
            signed contexts only
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <span className="b-mono">{item.key ?? item.masked}</span>
          {item.key && <CopyIcon text={item.key} label={`Copy the client key ${item.name}`} />}
        </Group>
      </Table.Td>
      <Table.Td>
        <Time at={item.createdAt} />
      </Table.Td>
      <Table.Td>
        <LastUse item={item} />
      </Table.Td>
      <Table.Td ta="right">{item.uses.toLocaleString('en')}</Table.Td>
      <Table.Td>
        {ended ? (
          <Text size="sm" c="dimmed">
            revoked
          </Text>
        ) : (
          <KeyActions item={item} environment={environment} onRotated={onRotated} />
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function LastUse({ item }: { item: Key }) {
  if (!item.lastUsedAt) {
    return (
      <Text size="sm" c="dimmed">
        never
      </Text>
    );
  }
  return (
    <>
      <Time at={item.lastUsedAt} />
      {item.lastSdk && ` by ${item.lastSdk}`}
      {item.expiresAt && (
        <Text size="xs" c="dimmed">
          ends {new Date(item.expiresAt).toLocaleString('sv')}
        </Text>
      )}
    </>
  );
}

function KeyActions({ item, environment, onRotated }: Props) {
  const project = useProject();
  const client = useQueryClient();
  const needs = { to: 'manage_keys', at: `${project.key}/${environment.key}` } as const;
  const [asking, setAsking] = useState<'rotate' | 'revoke'>();
  const [hours, setHours] = useState<number | string>(24);
  const refresh = () =>
    client.invalidateQueries({ queryKey: keysQuery(project.key, environment.key).queryKey });
  const rotate = async () => {
    onRotated(await rotateKey(project.key, environment.key, item.id, Number(hours) || 0));
    await refresh();
  };
  const revoke = async () => {
    await revokeKey(project.key, environment.key, item.id);
    await refresh();
  };
  return (
    <Group gap={6} wrap="nowrap" justify="flex-end">
      <May {...needs}>
        <Button size="compact-xs" variant="default" onClick={() => setAsking('rotate')}>
          Rotate
        </Button>
      </May>
      <May {...needs}>
        <Button
          size="compact-xs"
          variant="default"
          c="var(--mantine-color-error)"
          onClick={() => setAsking('revoke')}
        >
          Revoke
        </Button>
      </May>
      <Confirm
        opened={asking === 'rotate'}
        onClose={() => setAsking(undefined)}
        title={`Rotate ${item.name}?`}
        verb="Make the new key"
        environment={environment}
        action={rotate}
      >
        A new key is made and shown once. The old one goes on working for the overlap, so that programs can be
        restarted one after the other.
        <NumberInput
          mt="sm"
          label="Overlap in hours"
          description="0 ends the old key at once."
          min={0}
          max={720}
          value={hours}
          onChange={setHours}
        />
      </Confirm>
      <Confirm
        opened={asking === 'revoke'}
        onClose={() => setAsking(undefined)}
        title={`Revoke ${item.name}?`}
        verb={`Revoke in ${environmentName(environment)}`}
        danger
        environment={environment}
        action={revoke}
      >
        {item.uses > 0
          ? 'Programs that use it are cut off at once. They keep serving their last values; after a restart, their code defaults.'
          : 'No program has ever used it.'}
      </Confirm>
    </Group>
  );
}
