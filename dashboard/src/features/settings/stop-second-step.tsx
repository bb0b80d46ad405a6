import { TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ownAccountQuery, stopTOTP } from '@/api/own-account';
import { Confirm } from '@/components/confirm';

/** Asks for the password before the second step is gone. */
export function StopSecondStep({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const [password, setPassword] = useState('');
  const stop = async () => {
    await stopTOTP({ password });
    await client.invalidateQueries({ queryKey: ownAccountQuery().queryKey });
  };
  return (
    <Confirm
      opened
      onClose={onClose}
      title="Turn off the second step?"
      verb="Turn off"
      danger
      disabled={password === ''}
      action={stop}
    >
      The password alone signs you in then. The recovery codes end.
      <TextInput
        mt="sm"
        type="password"
        label="Your password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </Confirm>
  );
}
