import { Badge, Button, Group, Table, Text } from '@mantine/core';
import { useState } from 'react';
import type { Webhook } from '@/api/types';
import { Time } from '@/components/time';
import { Deliveries } from './deliveries';
import { WebhookActions } from './webhook-actions';
import { filterWords, stateWords } from './words';

type Props = { item: Webhook; onSecret: (webhook: Webhook) => void };

/** One webhook: where it leads, what it is sent and how that goes. */
export function WebhookRow({ item, onSecret }: Props) {
  const [reading, setReading] = useState(false);
  return (
    <Table.Tr>
      <Table.Td>{item.name}</Table.Td>
      <Table.Td className="b-mono" style={{ overflowWrap: 'anywhere', minWidth: 160 }}>
        {item.url === '' ? 'sealed with a key that is lost: give it another' : item.url}
      </Table.Td>
      <Table.Td>
        {filterWords(item)}
        {item.format === 'slack' && (
          <Text size="xs" c="dimmed">
            as a text for a chat
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <State item={item} />
      </Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Deliveries of ${item.name}`}
            onClick={() => setReading(true)}
          >
            Deliveries
          </Button>
          <WebhookActions item={item} onSecret={onSecret} onTested={() => setReading(true)} />
        </Group>
        <Deliveries webhook={item} opened={reading} onClose={() => setReading(false)} />
      </Table.Td>
    </Table.Tr>
  );
}

function State({ item }: { item: Webhook }) {
  const { label, color } = stateWords[item.state];
  const { problem, failingSince, retryAt, pending, behind, succeededAt } = item.progress;
  const waits = pending + behind;
  return (
    <>
      <Badge variant="light" color={color} tt="none">
        {label}
      </Badge>
      {failingSince && (
        <Text size="xs" c="dimmed" component="div">
          since <Time at={failingSince} />: {problem}
        </Text>
      )}
      {retryAt && waits > 0 && item.enabled && (
        <Text size="xs" c="dimmed">
          {waits} waiting, tried again at {new Date(retryAt).toLocaleTimeString('sv')}
        </Text>
      )}
      {succeededAt && !failingSince && (
        <Text size="xs" c="dimmed" component="div">
          last <Time at={succeededAt} />
        </Text>
      )}
    </>
  );
}
