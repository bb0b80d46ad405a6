import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import type { Environment, NewKey } from '@/api/types';
import { CodeBlock } from '@/components/code-block';
import { EnvironmentBadge } from '@/components/environment-badge';

type Props = { made: NewKey | undefined; environment: Environment; onClose: () => void };

/** A key that was just made; a server key is shown this once. */
export function ShowKey({ made, environment, onClose }: Props) {
  return (
    <Modal opened={made !== undefined} onClose={onClose} title="The new key" centered size="lg">
      {made && (
        <Stack gap="sm">
          <div>
            <EnvironmentBadge environment={environment} />
          </div>
          <CodeBlock code={made.key} label={`Key ${made.name}`} />
          {made.kind === 'server' && (
            <Alert color="yellow" icon={<IconEyeOff size={18} aria-hidden />} title="Shown only now">
              Burgee keeps a fingerprint of it. Copy it to where your program reads its settings, for example{' '}
              <code>BURGEE_KEY</code>.
            </Alert>
          )}
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
