import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ownAccountQuery } from '@/api/own-account';
import type { OwnAccount as Account } from '@/api/types';
import { QueryState } from '@/components/states';
import { LinkProvider } from './link-provider';
import { RenewRecoveryCodes } from './renew-recovery-codes';
import { StartSecondStep } from './start-second-step';
import { StopSecondStep } from './stop-second-step';

/** How the person signs in. */
export function OwnAccount() {
  const account = useQuery(ownAccountQuery());
  return (
    <section aria-label="Your account">
      <QueryState query={account} what="Your account could not be loaded">
        {(own) => (
          <Stack gap="lg">
            <SecondStep own={own} />
            <LinkProvider own={own} />
          </Stack>
        )}
      </QueryState>
    </section>
  );
}

function SecondStep({ own }: { own: Account }) {
  const [doing, setDoing] = useState<'start' | 'stop' | 'renew'>();
  const close = () => setDoing(undefined);
  return (
    <Stack gap="sm" align="flex-start">
      <Text>
        You are <b>{own.email}</b>.
      </Text>
      <Text>
        {own.totp
          ? `Your sign-in has a second step: a code of your app. ${own.recoveryCodes} recovery codes are left.`
          : 'Your sign-in has one step. A second one, a code that an app on your phone makes, keeps out who knows your password.'}
      </Text>
      <Group>
        {own.totp ? (
          <>
            <Button variant="default" onClick={() => setDoing('renew')}>
              New recovery codes
            </Button>
            <Button variant="default" c="var(--mantine-color-error)" onClick={() => setDoing('stop')}>
              Turn off the second step
            </Button>
          </>
        ) : (
          <Button onClick={() => setDoing('start')}>Turn on a second step</Button>
        )}
      </Group>
      {doing === 'start' && <StartSecondStep onClose={close} />}
      {doing === 'stop' && <StopSecondStep own={own} onClose={close} />}
      {doing === 'renew' && <RenewRecoveryCodes own={own} onClose={close} />}
    </Stack>
  );
}
