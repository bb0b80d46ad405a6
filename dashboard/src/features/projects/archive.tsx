import { Checkbox, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { connectionsQuery } from '@/api/connections';
import type { Environment } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { useProject } from '@/components/project-context';
import { count } from '@/lib/names';

type Props = {
  opened: boolean;
  onClose: () => void;
  /** The environment, or none for the whole project. */
  environment?: Environment;
  children: ReactNode;
  action: (force: boolean, reason: string) => Promise<unknown>;
};

/** One confirm for what ends programs' access; while some are connected it names them and asks once more. */
export function ArchiveConfirm({ opened, onClose, environment, children, action }: Props) {
  const project = useProject();
  const connections = useQuery({ ...connectionsQuery(project.key), enabled: opened });
  const [agreed, setAgreed] = useState(false);
  const connected = (connections.data?.items ?? []).filter(
    (item) => !environment || item.environment === environment.key,
  );
  const what = environment ? `the environment ${environment.name}` : `the project ${project.name}`;
  const close = () => {
    setAgreed(false);
    onClose();
  };
  return (
    <Confirm
      opened={opened}
      onClose={close}
      title={`Archive ${what}?`}
      verb={environment ? `Archive ${environment.name}` : 'Archive project'}
      environment={environment}
      danger
      withReason
      disabled={connections.isPending || (connected.length > 0 && !agreed)}
      action={(reason) => action(agreed, reason)}
    >
      <Stack gap="xs">
        {children}
        {connected.length > 0 && (
          <>
            <div>
              Connected now:{' '}
              {connected.map((item) => `${item.application} ${item.version}`.trim()).join(', ')}. Archiving
              disconnects them; they go on with what they have until they restart.
            </div>
            <Checkbox
              checked={agreed}
              onChange={(event) => setAgreed(event.currentTarget.checked)}
              label={`Disconnect ${count(connected.length, 'program')}`}
            />
          </>
        )}
      </Stack>
    </Confirm>
  );
}
