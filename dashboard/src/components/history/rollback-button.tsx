import { Button } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { useState } from 'react';
import type { RollbackTo } from '@/api/rollback';
import type { Change, Environment } from '@/api/types';
import { May } from '@/components/may';
import { useProject } from '@/components/project-context';
import { ownState, RollbackConfirm } from './rollback-confirm';

type Props = { environment: Environment; to: RollbackTo; label: string };

/** What an object's rollback restores, by the kind of its change; other kinds have no state to go back to. */
const restorable = ['configuration', 'flag', 'target_group', 'experiment', 'attribute'] as const;

/** Restore of one object to the state that a change left; nothing where that is no state of the environment. */
export function RestoreObject({ change, environment }: { change: Change; environment: Environment }) {
  const kind = restorable.find((known) => known === change.kind);
  const revision = change.revisions[environment.key];
  if (!kind || revision === undefined) return null;
  if (change.environment && change.environment !== environment.key) return null;
  return (
    <RollbackButton
      environment={environment}
      to={{ revision, kind, object: change.object }}
      label="Restore"
    />
  );
}

/** Takes an object or the environment back, or proposes it, after showing what that changes. */
export function RollbackButton({ environment, to, label }: Props) {
  const project = useProject();
  const own = ownState(to);
  const [asking, setAsking] = useState(false);
  return (
    <>
      <May
        to={own ? ['publish', 'edit_flags'] : 'edit_flags'}
        at={own ? `${project.key}/${environment.key}` : project.key}
      >
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconHistory size={13} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          {label}
        </Button>
      </May>
      {asking && <RollbackConfirm environment={environment} to={to} onClose={() => setAsking(false)} />}
    </>
  );
}
