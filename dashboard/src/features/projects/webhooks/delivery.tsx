import { Badge, Button, Group, List, Stack, Text, Title } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Webhook, WebhookAttempt } from '@/api/types';
import { deliveriesQuery, deliveryQuery, redeliver } from '@/api/webhooks';
import { CodeBlock } from '@/components/code-block';
import { useProject } from '@/components/project-context';
import { ErrorState, QueryState } from '@/components/states';
import { Time } from '@/components/time';
import { attemptWords, deliveryColor } from './words';

type Props = { webhook: Webhook; id: number; onBack: () => void };

/** One message: its body, each attempt with its answer, and Redeliver. */
export function Delivery({ webhook, id, onBack }: Props) {
  const project = useProject();
  const client = useQueryClient();
  const query = useQuery(deliveryQuery(project.key, webhook.id, id));
  const again = useMutation({
    mutationFn: () => redeliver(project.key, webhook.id, id),
    onSuccess: () =>
      client.invalidateQueries({ queryKey: deliveriesQuery(project.key, webhook.id).queryKey }),
  });
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Button
          size="xs"
          variant="subtle"
          leftSection={<IconArrowLeft size={14} aria-hidden />}
          onClick={onBack}
          data-autofocus
        >
          All deliveries
        </Button>
        <Button
          size="xs"
          loading={again.isPending}
          disabled={!webhook.enabled}
          onClick={() => again.mutate()}
        >
          Redeliver
        </Button>
      </Group>
      {again.isError && <ErrorState what="It was not sent again" error={again.error} />}
      <QueryState query={query} what="The delivery could not be loaded">
        {(delivery) => (
          <>
            <Group gap="xs">
              <Badge variant="light" color={deliveryColor[delivery.state]} tt="none">
                {delivery.state}
              </Badge>
              <span className="b-mono" style={{ overflowWrap: 'anywhere' }}>
                {delivery.messageId}
              </span>
            </Group>
            <Title order={3} size="h4">
              Body
            </Title>
            <CodeBlock code={indented(delivery.request ?? '')} label="Body of the request" />
            <Title order={3} size="h4">
              Attempts
            </Title>
            {!delivery.tries && <Text size="sm">None yet.</Text>}
            <List size="sm" spacing={6}>
              {delivery.tries?.toReversed().map((attempt) => (
                <Attempt key={attempt.number} attempt={attempt} />
              ))}
            </List>
          </>
        )}
      </QueryState>
    </Stack>
  );
}

function Attempt({ attempt }: { attempt: WebhookAttempt }) {
  return (
    <List.Item>
      Attempt {attempt.number}, <Time at={attempt.at} />: {attemptWords(attempt)}
      {attempt.answer && <CodeBlock code={attempt.answer} label={`Answer to attempt ${attempt.number}`} />}
    </List.Item>
  );
}

/** JSON with line breaks; what is none as it is. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
