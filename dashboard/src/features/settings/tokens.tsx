import { Button, Group, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { revokeToken, tokensQuery } from '@/api/account';
import type { Token } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { ListTable } from '@/components/list-table';
import { EmptyState, QueryState } from '@/components/states';
import { Time } from '@/components/time';
import { CreateToken } from './create-token';

/** Tokens with which the command line and other programs act as this person. */
export function Tokens() {
  const tokens = useQuery(tokensQuery());
  const [creating, setCreating] = useState(false);
  const create = (
    <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setCreating(true)}>
      New token
    </Button>
  );
  return (
    <section aria-label="API tokens">
      <Group justify="space-between" mb="sm">
        <Text c="dimmed">
          For the command line and for scripts: <span className="b-mono">BURGEE_TOKEN</span>; and for relays:{' '}
          <span className="b-mono">BURGEE_RELAY_TOKEN</span>.
        </Text>
        {tokens.data && tokens.data.length > 0 && create}
      </Group>
      <QueryState query={tokens} what="The tokens could not be loaded">
        {(items) =>
          items.length === 0 ? (
            <EmptyState title="No tokens yet" actions={create}>
              Make one to use <span className="b-mono">burgee apply</span> against this server.
            </EmptyState>
          ) : (
            <TokenTable items={items} />
          )
        }
      </QueryState>
      <CreateToken opened={creating} onClose={() => setCreating(false)} />
    </section>
  );
}

/** What a token may do, in short. */
function reach({ scope, environments, member }: Token) {
  const where = environments.join(', ');
  if (scope === 'relay') return where === '' ? 'relay all environments' : `relay ${where}`;
  if (scope === 'full') return member ? `what ${member} may` : 'everything';
  return where === '' ? `${scope} everywhere` : `${scope} in ${where}`;
}

function TokenTable({ items }: { items: Token[] }) {
  const client = useQueryClient();
  const [revoking, setRevoking] = useState<Token>();
  const revoke = async () => {
    if (revoking) await revokeToken(revoking.id);
    await client.invalidateQueries({ queryKey: tokensQuery().queryKey });
  };
  return (
    <>
      <ListTable label="Table of tokens" columns={['Name', 'Token', 'May', 'Made', 'Last used', 'Expires']}>
        {items.map((token) => (
          <Table.Tr key={token.id}>
            <Table.Td>{token.name}</Table.Td>
            <Table.Td className="b-mono">{token.prefix}…</Table.Td>
            <Table.Td>{reach(token)}</Table.Td>
            <Table.Td>
              <Time at={token.createdAt} />
            </Table.Td>
            <Table.Td>{token.lastUsedAt ? <Time at={token.lastUsedAt} /> : 'never'}</Table.Td>
            <Table.Td>
              {token.expiresAt ? new Date(token.expiresAt).toLocaleDateString('sv') : 'never'}
            </Table.Td>
            <Table.Td ta="right">
              <Button
                size="compact-xs"
                variant="default"
                c="var(--mantine-color-error)"
                onClick={() => setRevoking(token)}
              >
                Revoke
              </Button>
            </Table.Td>
          </Table.Tr>
        ))}
      </ListTable>
      <Confirm
        opened={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        title={`Revoke ${revoking?.name ?? ''}?`}
        verb="Revoke"
        danger
        action={revoke}
      >
        Whatever uses this token is refused from now on.
      </Confirm>
    </>
  );
}
