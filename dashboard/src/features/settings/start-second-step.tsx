import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { fieldFault } from '@/api/client';
import { confirmTOTP, ownAccountQuery, startTOTPQuery } from '@/api/own-account';
import type { TOTPSetup } from '@/api/types';
import { CodeBlock } from '@/components/code-block';
import { ErrorState, QueryState } from '@/components/states';
import { RecoveryCodes } from './recovery-codes';

/** Shows the secret to an app, asks for a code of it, and then shows the recovery codes, once. */
export function StartSecondStep({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const setup = useQuery(startTOTPQuery());
  const [codes, setCodes] = useState<string[]>();
  const close = () => {
    client.removeQueries({ queryKey: startTOTPQuery().queryKey }); // it holds the secret
    void client.invalidateQueries({ queryKey: ownAccountQuery().queryKey });
    onClose();
  };
  return (
    <Modal opened onClose={close} title="A second step" centered size="lg">
      {codes ? (
        <RecoveryCodes codes={codes} onClose={close}>
          The second step is on. Each of these codes signs you in once without the app.
        </RecoveryCodes>
      ) : (
        <QueryState query={setup} what="The second step could not be set up">
          {(made) => <Scan setup={made} onCodes={setCodes} onClose={close} />}
        </QueryState>
      )}
    </Modal>
  );
}

type ScanProps = { setup: TOTPSetup; onCodes: (codes: string[]) => void; onClose: () => void };

function Scan({ setup, onCodes, onClose }: ScanProps) {
  const [code, setCode] = useState('');
  const confirm = useMutation({
    mutationFn: () => confirmTOTP(code),
    onSuccess: (made) => onCodes(made.codes),
  });
  const fault = fieldFault(confirm.error, 'code');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate();
      }}
    >
      <Stack gap="sm">
        <Text size="sm">Scan this with an authenticator app, or type the secret into it.</Text>
        <svg
          role="img"
          aria-label="QR code for the app"
          viewBox={`0 0 ${setup.qr.size} ${setup.qr.size}`}
          width={220}
          height={220}
          shapeRendering="crispEdges"
        >
          <rect width="100%" height="100%" fill="#fff" />
          <path d={setup.qr.path} fill="#000" />
        </svg>
        <CodeBlock code={setup.secret} label="The secret" />
        <TextInput
          label="Code"
          description="The six digits that the app shows now."
          autoComplete="one-time-code"
          inputMode="numeric"
          required
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
          error={fault}
          data-autofocus
        />
        {confirm.isError && !fault && <ErrorState what="Nothing was changed" error={confirm.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={confirm.isPending} disabled={code.trim() === ''}>
            Turn on
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
