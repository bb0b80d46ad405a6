import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import type { Webhook } from '@/api/types';
import { CodeBlock } from '@/components/code-block';
import { absolute } from '@/lib/time';

/** The secret of a webhook that was just made or rotated, once. */
export function ShowSecret({ made, onClose }: { made: Webhook | undefined; onClose: () => void }) {
  return (
    <Modal opened={made !== undefined} onClose={onClose} title="The new secret" centered size="lg">
      {made?.secret && (
        <Stack gap="sm">
          <CodeBlock code={made.secret} label={`Secret of ${made.name}`} />
          <Alert color="yellow" icon={<IconEyeOff size={18} aria-hidden />} title="Shown only now">
            The receiver checks signatures with it, in the form of Standard Webhooks. Copy it before you close
            this.
            {made.format === 'slack' && ' Slack itself checks none, and needs no secret.'}
          </Alert>
          {made.oldSecretUntil && (
            <Text size="sm">
              Messages are signed with the old one too, until {absolute(made.oldSecretUntil)}.
            </Text>
          )}
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
