import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sessionQuery } from '@/api/account';
import { deleteSSO, ssoQuery } from '@/api/single-sign-on';
import type { SingleSignOnView } from '@/api/types';
import { CodeBlock } from '@/components/code-block';
import { Confirm } from '@/components/confirm';
import { useRefusal } from '@/components/may';
import { QueryState } from '@/components/states';
import { SignInForm } from './sign-in-form';

/** Whether people sign in with a provider, and how; an owner changes it. */
export function SignInTab() {
  const refusal = useRefusal({ to: 'manage_server', at: '' });
  return (
    <section aria-label="Sign-in">{refusal === undefined ? <Settings /> : <Refused why={refusal} />}</section>
  );
}

/** What everybody learns at the sign-in page, and why the rest is not here. */
function Refused({ why }: { why: string }) {
  const provider = useQuery(sessionQuery()).data?.singleSignOn;
  return (
    <Stack gap="sm">
      <Text>
        {provider
          ? `People sign in with ${provider.name}. ${passwordWords(provider.passwords)}`
          : 'People sign in with a password.'}
      </Text>
      <p className="b-refusal" role="note">
        {why}
      </p>
    </Stack>
  );
}

const passwordWords = (passwords: string) =>
  passwords === 'everybody' ? 'Passwords work too.' : 'Passwords are for owners.';

function Settings() {
  const view = useQuery(ssoQuery());
  return (
    <QueryState query={view} what="The settings of single sign-on could not be loaded">
      {(found) => (
        <Stack gap="lg" maw={760}>
          <State view={found} />
          <div>
            <Text fw={600}>Redirect address</Text>
            <Text size="sm" c="dimmed" mb={6}>
              Register it at the provider, exactly as it is here.
            </Text>
            <CodeBlock code={found.redirectUrl} label="Redirect address" />
          </div>
          <SignInForm key={String(found.on)} settings={found.settings} />
        </Stack>
      )}
    </QueryState>
  );
}

function State({ view }: { view: SingleSignOnView }) {
  const client = useQueryClient();
  const [stopping, setStopping] = useState(false);
  const stop = async () => {
    await deleteSSO();
    await client.invalidateQueries({ queryKey: sessionQuery().queryKey });
    await client.invalidateQueries({ queryKey: ssoQuery().queryKey });
  };
  if (!view.settings) {
    return (
      <Text>
        Single sign-on is <b>off</b>: people sign in with a password. With a provider of OpenID Connect they
        sign in with the account that they have there, and their groups can give them roles here.
      </Text>
    );
  }
  return (
    <Group justify="space-between" align="flex-start">
      <Text style={{ flex: '1 1 300px' }}>
        Single sign-on is <b>on</b>: people sign in with {view.settings.name}.{' '}
        {passwordWords(view.settings.passwords ?? 'owners')} An owner always gets in with the password at{' '}
        <Code>/signin?local</Code>.
      </Text>
      <Button variant="default" c="var(--mantine-color-error)" onClick={() => setStopping(true)}>
        Turn off
      </Button>
      <Confirm
        opened={stopping}
        onClose={() => setStopping(false)}
        title="Turn off single sign-on?"
        verb="Turn off"
        danger
        action={stop}
      >
        These settings and the client secret are gone. Accounts and roles stay. Who has no password needs a
        link that sets one: Members, Reset password.
      </Confirm>
    </Group>
  );
}
