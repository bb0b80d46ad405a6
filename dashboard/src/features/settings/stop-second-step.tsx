import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { ownAccountQuery, stopTOTP } from '@/api/own-account';
import type { OwnAccount } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { Proof, proofOf } from './proof';

/** Asks for the password, or a code, before the second step is gone. */
export function StopSecondStep({ own, onClose }: { own: OwnAccount; onClose: () => void }) {
  const client = useQueryClient();
  const [shown, setShown] = useState('');
  const stop = async () => {
    await stopTOTP(proofOf(own, shown));
    await client.invalidateQueries({ queryKey: ownAccountQuery().queryKey });
  };
  return (
    <Confirm
      opened
      onClose={onClose}
      title="Turn off the second step?"
      verb="Turn off"
      danger
      disabled={shown === ''}
      action={stop}
    >
      The first step alone signs you in then. The recovery codes end.
      <Proof own={own} value={shown} onChange={setShown} />
    </Confirm>
  );
}
