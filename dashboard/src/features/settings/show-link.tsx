import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import type { NewLink } from '@/api/types';
import { CodeBlock } from '@/components/code-block';

/** A link that was just made, to copy to whom it is for. */
export function ShowLink({ made, onClose }: { made: NewLink | undefined; onClose: () => void }) {
  return (
    <Modal opened={made !== undefined} onClose={onClose} title="The link" centered size="lg">
      {made && (
        <Stack gap="sm">
          <CodeBlock code={made.url} label={`Link for ${made.email}`} />
          <Alert color="yellow" icon={<IconEyeOff size={18} aria-hidden />} title="Shown only now">
            Copy it to {made.email}. It works once, until {new Date(made.expiresAt).toLocaleDateString('sv')}.
            {made.replaced && ` The link that ${made.email} had before works no more.`}
          </Alert>
          <Group justify="flex-end">
            <Button onClick={onClose}>Done</Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}
