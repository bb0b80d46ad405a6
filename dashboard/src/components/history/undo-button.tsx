import { Button } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { undo } from '@/api/apply';
import type { Environment } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { environmentName } from '@/components/environment-badge';
import { May } from '@/components/may';
import { useProject } from '@/components/project-context';
import { useNow } from '@/lib/use-now';

export const undoMs = 10 * 60_000;

type Props = { environment: Environment; revision: number; at: number; size?: 'compact-xs' | 'xs' };

/** Undo of a publish, for ten minutes; at once, without a draft. */
export function UndoButton({ environment, revision, at, size = 'compact-xs' }: Props) {
  const project = useProject();
  const now = useNow(5000);
  const [asking, setAsking] = useState(false);
  if (now - at > undoMs) return null;
  return (
    <>
      <May to="off" at={`${project.key}/${environment.key}`}>
        <Button
          size={size}
          variant="default"
          leftSection={<IconArrowBackUp size={13} aria-hidden />}
          onClick={() => setAsking(true)}
        >
          Undo in {environmentName(environment)}
        </Button>
      </May>
      <UndoConfirm
        environment={environment}
        revision={revision}
        opened={asking}
        onClose={() => setAsking(false)}
      />
    </>
  );
}

type ConfirmProps = {
  environment: Environment;
  revision: number;
  opened: boolean;
  onClose: () => void;
  onDone?: (revision: number) => void;
};

export function UndoConfirm({ environment, revision, opened, onClose, onDone }: ConfirmProps) {
  const project = useProject();
  const client = useQueryClient();
  return (
    <Confirm
      opened={opened}
      onClose={onClose}
      title={`Undo revision ${revision}?`}
      verb={`Undo in ${environmentName(environment)}`}
      environment={environment}
      action={async () => {
        const done = await undo(project.key, environment.key, revision);
        onDone?.(done.revision);
        await client.invalidateQueries({ queryKey: ['project', project.key] });
      }}
    >
      What revision {revision} changed goes back to what it was before, as a new revision. It reaches every
      connected program at once.
    </Confirm>
  );
}
