import { ActionIcon, Menu, NumberInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { words } from '@/api/client';
import type { Webhook } from '@/api/types';
import { deleteWebhook, rotateWebhook, testWebhook, updateWebhook, webhooksQuery } from '@/api/webhooks';
import { Confirm } from '@/components/confirm';
import { useProject } from '@/components/project-context';
import { WebhookForm } from './webhook-form';

type Props = { item: Webhook; onSecret: (webhook: Webhook) => void; onTested: () => void };
type Asked = 'edit' | 'rotate' | 'delete';

/** What can be done with a webhook, beside reading what it was sent. */
export function WebhookActions({ item, onSecret, onTested }: Props) {
  const project = useProject();
  const client = useQueryClient();
  const [asked, setAsked] = useState<Asked>();
  const [overlap, setOverlap] = useState<number | string>(24);
  const refresh = () => client.invalidateQueries({ queryKey: webhooksQuery(project.key).queryKey });
  const done = {
    onSuccess: refresh,
    onError: (error: Error) => notifications.show({ color: 'red', message: words(error) }),
  };
  const test = useMutation({
    ...done,
    mutationFn: () => testWebhook(project.key, item),
    onSuccess: async () => {
      await refresh();
      onTested();
    },
  });
  const enable = useMutation({
    ...done,
    mutationFn: () => updateWebhook(project.key, item, { enabled: !item.enabled }),
  });
  const close = () => setAsked(undefined);
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon variant="default" size="sm" aria-label={`More for ${item.name}`}>
            <IconDots size={14} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsked('edit')}>Change…</Menu.Item>
          <Menu.Item disabled={!item.enabled} onClick={() => test.mutate()}>
            Send a test
          </Menu.Item>
          <Menu.Item onClick={() => setAsked('rotate')}>Rotate the secret…</Menu.Item>
          <Menu.Item onClick={() => enable.mutate()}>{item.enabled ? 'Disable' : 'Enable'}</Menu.Item>
          <Menu.Item c="var(--mantine-color-error)" onClick={() => setAsked('delete')}>
            Delete…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <WebhookForm opened={asked === 'edit'} onClose={close} webhook={item} />
      <Confirm
        opened={asked === 'rotate'}
        onClose={close}
        title={`Rotate the secret of ${item.name}?`}
        verb="Rotate"
        action={async () => {
          onSecret(await rotateWebhook(project.key, item, Number(overlap)));
          await refresh();
        }}
      >
        <NumberInput
          label="Hours in which both sign"
          description="Give the receiver the new one meanwhile; 0 ends the old one at once."
          min={0}
          max={720}
          allowDecimal={false}
          value={overlap}
          onChange={setOverlap}
        />
      </Confirm>
      <Confirm
        opened={asked === 'delete'}
        onClose={close}
        title={`Delete ${item.name}?`}
        verb="Delete"
        danger
        action={async () => {
          await deleteWebhook(project.key, item);
          await refresh();
        }}
      >
        What waits for it is not sent, and what it was sent is no longer shown.
      </Confirm>
    </>
  );
}
