import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { sessionQuery } from '@/api/account';
import { startSSO } from '@/api/session';
import type { OwnAccount } from '@/api/types';
import { ErrorState } from '@/components/states';

/** Has the account sign in with the provider too. */
export function LinkProvider({ own }: { own: OwnAccount }) {
  const provider = useQuery(sessionQuery()).data?.singleSignOn;
  const link = useMutation({
    mutationFn: () => startSSO(true),
    onSuccess: (next) => window.location.assign(next.url),
  });
  if (!provider) return null;
  if (own.identities.length > 0) return <Text>This account is linked to {provider.name}.</Text>;
  return (
    <div>
      <Text mb="sm">Link this account to {provider.name}, and you sign in with it from then on.</Text>
      {link.isError && <ErrorState what="Nothing was linked" error={link.error} />}
      <Group>
        <Button variant="default" loading={link.isPending} onClick={() => link.mutate()}>
          Link to {provider.name}
        </Button>
      </Group>
    </div>
  );
}
