import { Badge, Button, Modal, Table } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Webhook, WebhookDelivery } from '@/api/types';
import { deliveriesQuery } from '@/api/webhooks';
import { ListTable } from '@/components/list-table';
import { useProject } from '@/components/project-context';
import { ShowOlder } from '@/components/show-older';
import { EmptyState, ErrorState, SkeletonRows } from '@/components/states';
import { Time } from '@/components/time';
import { Delivery } from './delivery';
import { attemptWords, deliveryColor, objectWords } from './words';

type Props = { webhook: Webhook; opened: boolean; onClose: () => void };

/** What a webhook was sent in the last two weeks, and each message whole. */
export function Deliveries({ webhook, opened, onClose }: Props) {
  const [read, setRead] = useState<number>();
  const close = () => {
    setRead(undefined);
    onClose();
  };
  return (
    <Modal opened={opened} onClose={close} title={`Deliveries of ${webhook.name}`} size={980}>
      {read === undefined ? (
        <List webhook={webhook} onRead={setRead} />
      ) : (
        <Delivery webhook={webhook} id={read} onBack={() => setRead(undefined)} />
      )}
    </Modal>
  );
}

function List({ webhook, onRead }: { webhook: Webhook; onRead: (id: number) => void }) {
  const project = useProject();
  const query = useInfiniteQuery(deliveriesQuery(project.key, webhook.id));
  const items = query.data?.pages.flatMap((page) => page.items);
  if (items === undefined) {
    if (!query.isError) return <SkeletonRows rows={4} />;
    return (
      <ErrorState
        what="The deliveries could not be loaded"
        error={query.error}
        retry={() => query.refetch()}
      />
    );
  }
  if (items.length === 0) {
    return (
      <EmptyState title="Nothing was sent yet">
        The next change that it is sent stands here a second later, and stays for two weeks.
      </EmptyState>
    );
  }
  return (
    <>
      <ListTable
        label="Table of deliveries"
        columns={['When', 'Event', 'Object', 'State', 'Attempts', 'Last attempt']}
      >
        {items.map((item) => (
          <Row key={item.id} item={item} onRead={onRead} />
        ))}
      </ListTable>
      <ShowOlder query={query} />
    </>
  );
}

function Row({ item, onRead }: { item: WebhookDelivery; onRead: (id: number) => void }) {
  return (
    <Table.Tr>
      <Table.Td>
        <Time at={item.createdAt} />
      </Table.Td>
      <Table.Td className="b-mono">{item.type}</Table.Td>
      <Table.Td>{objectWords(item)}</Table.Td>
      <Table.Td>
        <Badge variant="light" color={deliveryColor[item.state]} tt="none">
          {item.state}
        </Badge>
      </Table.Td>
      <Table.Td ta="right">{item.attempts}</Table.Td>
      <Table.Td>{attemptWords(item.newest)}</Table.Td>
      <Table.Td ta="right">
        <Button
          size="compact-xs"
          variant="default"
          aria-label={`Show delivery ${item.id}, ${item.type} of ${item.object}`}
          onClick={() => onRead(item.id)}
        >
          Show
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
