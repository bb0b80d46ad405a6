import { Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldFault } from '@/api/client';
import type { Webhook } from '@/api/types';
import { createWebhook, updateWebhook, webhooksQuery } from '@/api/webhooks';
import { useProject } from '@/components/project-context';
import { ErrorState } from '@/components/states';
import { WebhookFilter } from './webhook-filter';

type Props = {
  opened: boolean;
  onClose: () => void;
  /** The webhook to change; none makes a new one. */
  webhook?: Webhook;
  onMade?: (made: Webhook) => void;
};

/** Makes a webhook, or changes where one leads and what it is sent. */
export function WebhookForm(props: Props) {
  const title = props.webhook ? `Change ${props.webhook.name}` : 'New webhook';
  return (
    <Modal opened={props.opened} onClose={props.onClose} title={title} centered size="lg">
      <Form {...props} />
    </Modal>
  );
}

const blank = {
  name: '',
  url: '',
  format: 'standard' as Webhook['format'],
  events: [] as string[],
  environments: [] as string[],
  flags: [] as string[],
  tags: [] as string[],
};

const fields = ['name', 'url', 'format', 'events', 'environments', 'flags', 'tags'] as const;

function Form({ webhook, onClose, onMade }: Props) {
  const project = useProject();
  const client = useQueryClient();
  const [form, setForm] = useState(() => {
    const { name, url, format, events, environments, flags, tags } = webhook ?? blank;
    return { name, url, format, events, environments, flags, tags };
  });
  const set = (part: Partial<typeof form>) => setForm({ ...form, ...part });
  const save = useMutation({
    mutationFn: () =>
      webhook ? updateWebhook(project.key, webhook, form) : createWebhook(project.key, form),
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: webhooksQuery(project.key).queryKey });
      onClose();
      if (saved.secret) onMade?.(saved);
    },
  });
  const fault = (name: string) => fieldFault(save.error, name);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="sm">
        <TextInput
          label="Name"
          placeholder="chat, deploys…"
          required
          value={form.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={fault('name')}
          data-autofocus
        />
        <TextInput
          label="Address"
          description="By https, and in no private network that the server was not allowed to reach."
          placeholder="https://hooks.example.com/burgee"
          required
          value={form.url}
          onChange={(event) => set({ url: event.currentTarget.value })}
          error={fault('url')}
        />
        <FormatChoice value={form.format} fault={fault('format')} onChange={(format) => set({ format })} />
        <WebhookFilter
          value={form}
          faults={{
            events: fault('events'),
            environments: fault('environments'),
            flags: fault('flags'),
            tags: fault('tags'),
          }}
          onChange={set}
        />
        {save.isError && !fields.some(fault) && <ErrorState what="Nothing was saved" error={save.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={save.isPending}
            disabled={form.name.trim() === '' || form.url.trim() === ''}
          >
            {webhook ? 'Save' : 'Make webhook'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type Format = Webhook['format'];
type FormatProps = { value: Format; fault: string | undefined; onChange: (format: Format) => void };

function FormatChoice({ value, fault, onChange }: FormatProps) {
  return (
    <Radio.Group label="It is sent" value={value} error={fault} onChange={(next) => onChange(next as Format)}>
      <Stack gap={6} mt={6}>
        <Radio value="standard" label="An event as JSON, for programs" />
        <Radio value="slack" label="A text, for Slack and chats that take the same" />
      </Stack>
    </Radio.Group>
  );
}
