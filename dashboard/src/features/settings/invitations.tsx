import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { endLink, linksQuery } from '@/api/people';
import type { Link } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { QueryState } from '@/components/states';
import { Time } from '@/components/time';
import { roleWords } from './roles';

/** The links that nobody has used yet. */
export function Invitations() {
  const client = useQueryClient();
  const links = useQuery(linksQuery());
  const [ending, setEnding] = useState<Link>();
  const end = async () => {
    if (ending) await endLink(ending.id);
    await client.invalidateQueries({ queryKey: linksQuery().queryKey });
  };
  return (
    <>
      <Title order={2} size="h3" mt="lg" mb="xs">
        Links not used yet
      </Title>
      <QueryState query={links} what="The links could not be loaded">
        {(items) =>
          items.length === 0 ? (
            <Text c="dimmed">None. An invitation stands here until it is used, for 7 days at most.</Text>
          ) : (
            <Stack gap="xs">
              {items.map((link) => (
                <Group key={link.id} className="b-panel" p="xs" justify="space-between">
                  <Text size="sm">
                    {link.kind === 'invitation' ? 'Invitation of' : 'Another password for'} {link.email}
                    {link.roles.length > 0 && ` as ${link.roles.map(roleWords).join(', ')}`}, made by{' '}
                    {link.madeBy} <Time at={link.createdAt} />
                  </Text>
                  <Button
                    size="compact-xs"
                    variant="default"
                    c="var(--mantine-color-error)"
                    aria-label={`End the link of ${link.email}`}
                    onClick={() => setEnding(link)}
                  >
                    End
                  </Button>
                </Group>
              ))}
            </Stack>
          )
        }
      </QueryState>
      <Confirm
        opened={ending !== undefined}
        onClose={() => setEnding(undefined)}
        title={`End the link of ${ending?.email ?? ''}?`}
        verb="End link"
        danger
        action={end}
      >
        It does not work from now on.
      </Confirm>
    </>
  );
}
