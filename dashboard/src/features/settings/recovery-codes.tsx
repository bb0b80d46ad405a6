import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { CodeBlock } from '@/components/code-block';

/** Recovery codes, this once. */
export function RecoveryCodes({
  codes,
  onClose,
  children,
}: {
  codes: string[];
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Stack gap="sm">
      <Text size="sm">{children}</Text>
      <CodeBlock code={codes.join('\n')} label="Recovery codes" />
      <Alert color="yellow" icon={<IconEyeOff size={18} aria-hidden />} title="Shown only now">
        Burgee keeps fingerprints of them. Keep them where the phone is not.
      </Alert>
      <Group justify="flex-end">
        <Button onClick={onClose}>Done</Button>
      </Group>
    </Stack>
  );
}
