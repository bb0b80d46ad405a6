import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sessionQuery } from '@/api/account';
import { ownAccountQuery, unlinkIdentity } from '@/api/own-account';
import { startSSO } from '@/api/session';
import type { OwnAccount } from '@/api/types';
import { Confirm } from '@/components/confirm';
import { ErrorState } from '@/components/states';

/** Has the account sign in with the provider too, or not any more. */
export function LinkProvider({ own }: { own: OwnAccount }) {
  const provider = useQuery(sessionQuery()).data?.singleSignOn;
  const identities = own.identities ?? [];
  return (
    <Stack gap="sm">
      {identities.map((identity) => (
        <Linked key={identity.issuer} issuer={identity.issuer} subject={identity.subject} />
      ))}
      {provider && identities.length === 0 && <Link name={provider.name} />}
    </Stack>
  );
}

function Linked({ issuer, subject }: { issuer: string; subject: string }) {
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const unlink = async () => {
    await unlinkIdentity(issuer);
    await client.invalidateQueries({ queryKey: ownAccountQuery().queryKey });
  };
  return (
    <Stack gap="sm" align="flex-start">
      <Text style={{ overflowWrap: 'anywhere' }}>
        This account is linked to {issuer}, where you are {subject}.
      </Text>
      <Button variant="default" c="var(--mantine-color-error)" onClick={() => setAsking(true)}>
        Unlink
      </Button>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={`Unlink your account from ${issuer}?`}
        verb="Unlink"
        danger
        action={unlink}
      >
        You sign in with your password then, until you link the account anew.
      </Confirm>
    </Stack>
  );
}

function Link({ name }: { name: string }) {
  const link = useMutation({
    mutationFn: () => startSSO(true),
    onSuccess: (next) => window.location.assign(next.url),
  });
  return (
    <div>
      <Text mb="sm">Link this account to {name}, and you sign in with it from then on.</Text>
      {link.isError && <ErrorState what="Nothing was linked" error={link.error} />}
      <Group>
        <Button variant="default" loading={link.isPending} onClick={() => link.mutate()}>
          Link to {name}
        </Button>
      </Group>
    </div>
  );
}
