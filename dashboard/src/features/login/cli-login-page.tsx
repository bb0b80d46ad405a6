import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { approveLogin, readLogin, refuseLogin } from '@/api/logins';
import { Page } from '@/components/page';
import { Time } from '@/components/time';

/** The code that burgee login put behind the address of this page. */
const codeOfAddress = () => new URLSearchParams(window.location.hash.slice(1)).get('code') ?? '';

/** Where a person who is signed in lets a command line act for them. */
export function CliLoginPage() {
  const [code, setCode] = useState(codeOfAddress);
  const read = useMutation({ mutationFn: readLogin });
  const approve = useMutation({ mutationFn: approveLogin });
  const refuse = useMutation({ mutationFn: refuseLogin });
  const find = (event: FormEvent) => {
    event.preventDefault();
    read.mutate(code);
  };
  const fault = read.error ?? approve.error ?? refuse.error;
  return (
    <Page title="Sign a command line in" summary="It gets an API token of yours, for 90 days.">
      <Stack maw={520} gap="md">
        {fault && (
          <Alert color="red" title="It was not signed in" role="alert">
            {fault.message}
          </Alert>
        )}
        {approve.isSuccess && (
          <Alert color="green" title="It is signed in" role="status">
            Go back to your terminal. Settings, API tokens, ends it again.
          </Alert>
        )}
        {refuse.isSuccess && (
          <Alert color="gray" title="It was refused" role="status">
            Nobody was signed in.
          </Alert>
        )}
        {!approve.isSuccess && !refuse.isSuccess && (
          <form onSubmit={find}>
            <Group align="end">
              <TextInput
                label="The code that your terminal shows"
                value={code}
                onChange={(event) => {
                  setCode(event.currentTarget.value);
                  read.reset();
                }}
                autoComplete="off"
                required
                data-autofocus
              />
              <Button type="submit" variant="default" loading={read.isPending}>
                Look it up
              </Button>
            </Group>
          </form>
        )}
        {read.data && !approve.isSuccess && !refuse.isSuccess && (
          <div className="b-panel" style={{ padding: 16 }}>
            <Text>
              <strong>{read.data.machine}</strong>, from <span className="b-mono">{read.data.address}</span>,{' '}
              <Time at={read.data.createdAt} />
            </Text>
            <Text size="sm" my="sm">
              Approve it only if you have just run <span className="b-mono">burgee login</span> there and it
              shows <span className="b-mono">{code}</span>: it may then do what you may. If somebody sent you
              the address of this page or the code, refuse it.
            </Text>
            <Group>
              <Button loading={approve.isPending} onClick={() => approve.mutate(code)}>
                Approve
              </Button>
              <Button variant="default" loading={refuse.isPending} onClick={() => refuse.mutate(code)}>
                Refuse
              </Button>
            </Group>
          </div>
        )}
      </Stack>
    </Page>
  );
}
