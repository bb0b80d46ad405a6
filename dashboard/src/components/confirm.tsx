import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import type { Environment } from '@/api/types';
import { useReach } from '@/lib/offline';
import { EnvironmentBadge } from './environment-badge';
import { ErrorState } from './states';

/** Of an action that did a part before it was refused: how far it came. */
export class Partly extends Error {}

type Props = {
  opened: boolean;
  onClose: () => void;
  title: string;
  children?: ReactNode;
  /** The verb on the button: "Turn off in production". */
  verb: string;
  danger?: boolean;
  environment?: Environment;
  /** Offers a reason, which the action gets. */
  withReason?: boolean;
  /** There is nothing to confirm yet. */
  disabled?: boolean;
  action: (reason: string) => Promise<unknown>;
};

/** One confirm for what happens at once: Off, Stop, Undo, revoke. Closes when the action is done. */
export function Confirm(props: Props) {
  const [reason, setReason] = useState('');
  const run = useMutation({
    mutationFn: () => props.action(reason),
    onSuccess: () => {
      setReason('');
      props.onClose();
    },
  });
  const offline = useReach().state === 'offline';
  const close = () => {
    run.reset();
    props.onClose();
  };
  return (
    <Modal opened={props.opened} onClose={close} title={props.title} centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          run.mutate();
        }}
      >
        <Stack gap="sm">
          {props.environment && (
            <div>
              <EnvironmentBadge environment={props.environment} />
            </div>
          )}
          {props.children && (
            <Text size="sm" component="div">
              {props.children}
            </Text>
          )}
          {props.withReason && (
            <TextInput
              label="Reason"
              description="Optional; kept in the history."
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
            />
          )}
          {offline && (
            <Text size="sm" c="dimmed">
              The server cannot be reached at the moment.
            </Text>
          )}
          {run.error instanceof Partly && <ErrorState what={run.error.message} error={run.error.cause} />}
          {run.isError && !(run.error instanceof Partly) && (
            <ErrorState what="Nothing was changed" error={run.error} />
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button
              type="submit"
              color={props.danger ? 'red' : undefined}
              loading={run.isPending}
              disabled={offline || props.disabled}
              data-autofocus
            >
              {props.verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
