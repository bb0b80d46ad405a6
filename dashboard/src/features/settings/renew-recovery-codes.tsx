import { Modal } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ownAccountQuery, renewRecoveryCodes } from '@/api/own-account';
import type { OwnAccount } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { Proof, proofOf } from './proof';
import { RecoveryCodes } from './recovery-codes';

/** Makes new recovery codes, after the password or a code, and shows them once. */
export function RenewRecoveryCodes({ own, onClose }: { own: OwnAccount; onClose: () => void }) {
  const client = useQueryClient();
  const [shown, setShown] = useState('');
  const [codes, setCodes] = useState<string[]>();
  const made = useRef(false); // the confirm closes then too, and leaves its place to the codes
  const renew = async () => {
    const answer = await renewRecoveryCodes(proofOf(own, shown));
    made.current = true;
    setCodes(answer.codes ?? []);
  };
  const close = () => {
    void client.invalidateQueries({ queryKey: ownAccountQuery().queryKey });
    onClose();
  };
  if (codes) {
    return (
      <Modal opened onClose={close} title="New recovery codes" centered size="lg">
        <RecoveryCodes codes={codes} onClose={close}>
          The old codes do not work any more. Each of these signs you in once without the app.
        </RecoveryCodes>
      </Modal>
    );
  }
  return (
    <Confirm
      opened
      onClose={() => {
        if (!made.current) onClose();
      }}
      title="Make new recovery codes?"
      verb="Make codes"
      disabled={shown === ''}
      action={renew}
    >
      The old ones do not work any more.
      <Proof own={own} value={shown} onChange={setShown} />
    </Confirm>
  );
}
