import { Button, Group, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Webhook } from '@/api/types';
import { webhooksQuery } from '@/api/webhooks';
import { ListTable } from '@/components/list-table';
import { May, useRefusal } from '@/components/may';
import { useProject } from '@/components/project-context';
import { EmptyState, QueryState } from '@/components/states';
import { ShowSecret } from './show-secret';
import { WebhookForm } from './webhook-form';
import { WebhookRow } from './webhook-row';

/** Where other programs are told of changes, and how that goes. */
export function WebhooksTab() {
  const project = useProject();
  const refusal = useRefusal({ to: 'manage_project', at: project.key });
  if (refusal) return <EmptyState title="Webhooks are for who manages the project">{refusal}</EmptyState>;
  return <Webhooks />;
}

function Webhooks() {
  const project = useProject();
  const webhooks = useQuery(webhooksQuery(project.key));
  const [creating, setCreating] = useState(false);
  const [made, setMade] = useState<Webhook>();
  const create = (
    <May to="manage_project" at={project.key}>
      <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setCreating(true)}>
        New webhook
      </Button>
    </May>
  );
  return (
    <section aria-label="Webhooks">
      <Group justify="space-between" mb="sm">
        <Text c="dimmed">Each change is sent to these addresses, signed, and tried again for a week.</Text>
        {webhooks.data && webhooks.data.length > 0 && create}
      </Group>
      <QueryState query={webhooks} what="The webhooks could not be loaded">
        {(items) =>
          items.length === 0 ? (
            <EmptyState title="No webhooks yet" actions={create}>
              Make one to have a chat, a deployment or your own program told of what changes here.
            </EmptyState>
          ) : (
            <ListTable label="Table of webhooks" columns={['Name', 'Address', 'Sends', 'State']}>
              {items.map((item) => (
                <WebhookRow key={item.id} item={item} onSecret={setMade} />
              ))}
            </ListTable>
          )
        }
      </QueryState>
      <WebhookForm opened={creating} onClose={() => setCreating(false)} onMade={setMade} />
      <ShowSecret made={made} onClose={() => setMade(undefined)} />
    </section>
  );
}
