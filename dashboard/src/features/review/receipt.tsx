import { Alert, Button, Group, Kbd, List, Stack, Text } from '@mantine/core';
import { IconArrowBackUp, IconCheck } from '@tabler/icons-react';
import { environmentName } from '@/components/environment-badge';
import { undoMs } from '@/components/history/undo-button';
import { useEnvironment } from '@/components/project-context';
import { ReceiptLine } from '@/components/receipt/receipt-line';
import { useNow } from '@/lib/use-now';
import type { Published } from './publish';

/** After publishing: the revision, who has it by now, what it did, and Undo for ten minutes. */
export function Receipt(props: { published: Published; onUndo: () => void; onClose: () => void }) {
  const { published } = props;
  const environment = useEnvironment();
  const now = useNow(5000);
  const open = now - published.at < undoMs && published.revision > 0;
  return (
    <Stack>
      <Alert
        color="green"
        icon={<IconCheck size={18} aria-hidden />}
        title={`Revision ${published.revision}`}
        role="status"
      >
        Live in {environmentName(environment)}. Connected programs follow by themselves.
      </Alert>
      {published.revision > 0 && (
        <ReceiptLine environment={environment.key} revision={published.revision} announced />
      )}
      <List size="sm">
        {published.sentences.map((sentence) => (
          <List.Item key={sentence}>{sentence}</List.Item>
        ))}
      </List>
      <Group justify="flex-end">
        {open && (
          <>
            <Text size="sm" c="dimmed">
              <Kbd>Ctrl</Kbd> <Kbd>Z</Kbd> within 10 min
            </Text>
            <Button
              variant="default"
              leftSection={<IconArrowBackUp size={14} aria-hidden />}
              onClick={props.onUndo}
            >
              Undo in {environmentName(environment)}
            </Button>
          </>
        )}
        <Button onClick={props.onClose} data-autofocus>
          Close
        </Button>
      </Group>
    </Stack>
  );
}
