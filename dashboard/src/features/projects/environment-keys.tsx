import { Button, Table, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { keysQuery } from '@/api/keys';
import type { Environment, Key, NewKey } from '@/api/types';
import { EnvironmentBadge } from '@/components/environment-badge';
import { ButtonLink } from '@/components/links';
import { May } from '@/components/may';
import { useProject } from '@/components/project-context';
import { EmptyState, QueryState, SkeletonRows } from '@/components/states';
import { count } from '@/lib/names';
import { CreateKey } from './create-key';
import { KeyRow } from './key-row';
import classes from './projects.module.css';
import { ShowKey } from './show-key';

/** One environment with its keys: make, copy once, rotate, revoke. */
export function EnvironmentKeys({ environment }: { environment: Environment }) {
  const project = useProject();
  const keys = useQuery(keysQuery(project.key, environment.key));
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<NewKey>();
  return (
    <section
      className={`b-panel ${classes.environment}`}
      data-kind={environment.kind}
      aria-label={environment.name}
      style={{ marginBottom: 16 }}
    >
      <div className={classes.environmentHead}>
        <h2 style={{ margin: 0, fontSize: 'inherit' }}>
          <EnvironmentBadge environment={environment} />
        </h2>
        <Text size="sm" c="dimmed" component="span" style={{ flex: 1 }}>
          revision {environment.revision}, {count(environment.connectedInstances, 'connected instance')}
        </Text>
        <ButtonLink
          size="xs"
          variant="default"
          to="/p/$project/connect"
          params={{ project: project.key }}
          search={{ env: environment.key }}
        >
          Connect an app
        </ButtonLink>
        <May to="manage_keys" at={`${project.key}/${environment.key}`}>
          <Button
            size="xs"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setCreating(true)}
          >
            New key
          </Button>
        </May>
      </div>
      <QueryState query={keys} what="The keys could not be loaded" loading={<SkeletonRows rows={2} />}>
        {(items) => <KeyList items={items} environment={environment} onRotated={setMade} />}
      </QueryState>
      <CreateKey
        opened={creating}
        environment={environment}
        onClose={() => setCreating(false)}
        onMade={setMade}
      />
      <ShowKey made={made} environment={environment} onClose={() => setMade(undefined)} />
    </section>
  );
}

type KeyListProps = { items: Key[]; environment: Environment; onRotated: (key: NewKey) => void };

/** The keys that work; those revoked are one press away. */
function KeyList({ items, environment, onRotated }: KeyListProps) {
  const [all, setAll] = useState(false);
  const working = items.filter((item) => item.revokedAt === undefined);
  const revoked = items.length - working.length;
  const shown = all ? items : working;
  return (
    <>
      {shown.length === 0 ? (
        <EmptyState title={`No keys in ${environment.name}`}>
          A program needs one to connect. Make a server key for trusted programs, a client key for browsers
          and apps.
        </EmptyState>
      ) : (
        <div className="b-scroll-x">
          <Table miw={860} verticalSpacing={6}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Kind</Table.Th>
                <Table.Th>Key</Table.Th>
                <Table.Th>Made</Table.Th>
                <Table.Th>Last used</Table.Th>
                <Table.Th ta="right">Uses</Table.Th>
                <Table.Th>
                  <span className="b-hidden">Actions</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {shown.map((item) => (
                <KeyRow key={item.id} item={item} environment={environment} onRotated={onRotated} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {revoked > 0 && (
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAll(!all)}>
          {all ? 'Hide revoked keys' : `Show ${count(revoked, 'revoked key')}`}
        </Button>
      )}
    </>
  );
}
