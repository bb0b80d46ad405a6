import { Alert, Button, Checkbox, Group, Radio, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { sessionQuery } from '@/api/account';
import { fieldFault } from '@/api/client';
import { checkSSO, putSSO, ssoQuery } from '@/api/single-sign-on';
import type { SingleSignOn, SSOProvider } from '@/api/types';
import { ErrorState } from '@/components/states';
import { RoleMapping } from './role-mapping';
import { type Draft, draftOf, settingsOf } from './sign-in-draft';

/** The settings of single sign-on; the server asks the provider before it keeps them. */
export function SignInForm({ settings }: { settings?: SingleSignOn }) {
  const client = useQueryClient();
  const [draft, setDraft] = useState<Draft>(() => draftOf(settings));
  const edit = (part: Partial<Draft>) => setDraft((now) => ({ ...now, ...part }));
  const save = useMutation({
    mutationFn: () => putSSO(settingsOf(draft)),
    onSuccess: async (view) => {
      setDraft(draftOf(view.settings));
      client.setQueryData(ssoQuery().queryKey, view);
      await client.invalidateQueries({ queryKey: sessionQuery().queryKey });
    },
  });
  const fault = (name: string) => fieldFault(save.error, name);
  return (
    <form
      noValidate
      aria-label="Single sign-on"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Stack gap="md">
        <Issuer value={draft.issuer} onChange={(issuer) => edit({ issuer })} fault={fault('issuer')} />
        <TextInput
          label="Client id"
          description="The name under which the provider knows this server"
          value={draft.clientId}
          onChange={(event) => edit({ clientId: event.currentTarget.value })}
          error={fault('clientId')}
          autoComplete="off"
        />
        <Secret draft={draft} edit={edit} kept={settings !== undefined} fault={fault('clientSecret')} />
        <TextInput
          label="Name"
          description="On the button of the sign-in page: Sign in with …"
          placeholder="single sign-on"
          value={draft.name}
          onChange={(event) => edit({ name: event.currentTarget.value })}
          error={fault('name')}
        />
        <TextInput
          label="Scopes"
          description="What is asked of the provider; openid, email and profile when empty"
          value={draft.scopes}
          onChange={(event) => edit({ scopes: event.currentTarget.value })}
          error={fault('scopes')}
        />
        <RoleMapping
          claim={draft.claim}
          mapping={draft.mapping}
          onClaim={(claim) => edit({ claim })}
          onChange={(mapping) => edit({ mapping })}
          claimFault={fault('claim')}
          fault={fault('mapping') ?? fault('roles')}
        />
        <Accounts draft={draft} edit={edit} fault={fault} />
        {save.isError && <ErrorState what="Nothing was changed" error={save.error} />}
        {save.isSuccess && (
          <Text role="status" size="sm">
            Saved. It counts for the next sign-in.
          </Text>
        )}
        <Group>
          <Button type="submit" loading={save.isPending}>
            {settings ? 'Save' : 'Turn on'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type IssuerProps = { value: string; onChange: (issuer: string) => void; fault: string | undefined };

/** The address of the provider, which the server can be told to ask at once. */
function Issuer({ value, onChange, fault }: IssuerProps) {
  const ask = useMutation({ mutationFn: () => checkSSO(value.trim()) });
  const change = (next: string) => {
    ask.reset(); // what was answered is of another address
    onChange(next);
  };
  const refused = fieldFault(ask.error, 'issuer');
  return (
    <Stack gap="xs">
      <Group align="flex-end" gap="xs">
        <TextInput
          style={{ flex: '1 1 260px' }}
          label="Issuer"
          description="Address of the provider, exactly as it calls itself"
          placeholder="https://login.example.com"
          value={value}
          onChange={(event) => change(event.currentTarget.value)}
          error={refused ?? fault}
          inputMode="url"
          autoComplete="off"
        />
        <Button
          variant="default"
          loading={ask.isPending}
          disabled={value.trim() === ''}
          onClick={() => ask.mutate()}
        >
          Ask the provider
        </Button>
      </Group>
      {ask.isError && !refused && <ErrorState what="The provider could not be asked" error={ask.error} />}
      {ask.data && <Answer provider={ask.data} />}
    </Stack>
  );
}

function Answer({ provider }: { provider: SSOProvider }) {
  return (
    <Alert color="green" role="status" title="It answers as a provider of OpenID Connect">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        People sign in at {provider.signInAt}.
      </Text>
      <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
        Claims: {(provider.claims ?? []).join(', ') || 'it does not say'}
      </Text>
    </Alert>
  );
}

type PartProps = { draft: Draft; edit: (part: Partial<Draft>) => void };

/** The client secret is written and never read. */
function Secret({ draft, edit, kept, fault }: PartProps & { kept: boolean; fault: string | undefined }) {
  return (
    <Stack gap="xs">
      <TextInput
        type="password"
        label="Client secret"
        description={
          kept
            ? 'Kept sealed and never shown. Empty keeps the one that is there.'
            : 'Kept sealed and never shown.'
        }
        value={draft.clientSecret}
        onChange={(event) => edit({ clientSecret: event.currentTarget.value })}
        error={fault}
        disabled={draft.noSecret}
        autoComplete="new-password"
      />
      <Checkbox
        label="The provider gave this server no client secret"
        checked={draft.noSecret}
        onChange={(event) => edit({ noSecret: event.currentTarget.checked })}
      />
    </Stack>
  );
}

/** Who gets an account by signing in, and who may still use a password. */
function Accounts({ draft, edit, fault }: PartProps & { fault: (name: string) => string | undefined }) {
  return (
    <>
      <Checkbox
        label="Make an account for who is not known"
        description="For who has a role by the mapping, and an address that the provider has verified. Without it, an invitation makes one."
        checked={draft.create}
        onChange={(event) => edit({ create: event.currentTarget.checked })}
      />
      <TextInput
        label="Domains"
        description="Of addresses for which accounts are made; all when empty"
        placeholder="example.com"
        value={draft.domains}
        onChange={(event) => edit({ domains: event.currentTarget.value })}
        error={fault('domains')}
        disabled={!draft.create}
      />
      <Radio.Group
        label="Who may still sign in with a password"
        value={draft.passwords}
        onChange={(value) => edit({ passwords: value === 'owners' ? 'owners' : 'everybody' })}
        error={fault('passwords')}
      >
        <Stack gap="xs" mt="xs">
          <Radio value="everybody" label="Everybody, while people link their accounts" />
          <Radio value="owners" label="Owners, so that a provider that is away locks nobody out for good" />
        </Stack>
      </Radio.Group>
    </>
  );
}
