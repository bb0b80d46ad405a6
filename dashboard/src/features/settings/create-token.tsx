import { Alert, Button, Group, Modal, Radio, Select, Stack, TextInput } from '@mantine/core';
import { IconEyeOff } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { createToken, sessionQuery, tokensQuery } from '@/api/account';
import { fieldFault } from '@/api/client';
import type { NewToken, TokenRequest } from '@/api/types';
import { CodeBlock } from '@/components/code-block';
import { ErrorState } from '@/components/states';
import { TokenReach } from './token-reach';

const lives = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'One year' },
  { value: '', label: 'Until revoked' },
];

type Kind = 'personal' | 'service';
type Form = { name: string; kind: Kind; scope: string; places: string[]; days: string };

const blank: Form = { name: '', kind: 'personal', scope: 'full', places: [], days: '90' };

/** A service token with full rights counts everywhere. */
const everywhere = (form: Form) => form.kind === 'service' && form.scope === 'full';

function request({ name, kind, scope, places, days }: Form): TokenRequest {
  const out: TokenRequest = { name: name.trim(), kind, scope };
  if (!everywhere({ name, kind, scope, places, days })) out.environments = places;
  if (days !== '') out.expiresInDays = Number(days);
  return out;
}

/** Whose a new token is, what it may, where and how long; then the token itself, once. */
export function CreateToken({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const client = useQueryClient();
  const [form, setForm] = useState(blank);
  const create = useMutation({
    mutationFn: () => createToken(request(form)),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensQuery().queryKey }),
  });
  const close = () => {
    create.reset();
    setForm(blank);
    onClose();
  };
  if (create.data) return <ShowToken made={create.data} opened={opened} onClose={close} />;
  const set = (part: Partial<Form>) => setForm({ ...form, ...part });
  const field = (name: string) => fieldFault(create.error, name);
  const placed = ['name', 'kind', 'scope', 'environments'].some((name) => field(name));
  return (
    <Modal opened={opened} onClose={close} title="New token" centered>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack gap="sm">
          <TextInput
            label="Name"
            placeholder="laptop, pipeline…"
            required
            value={form.name}
            onChange={(event) => set({ name: event.currentTarget.value })}
            error={field('name')}
            data-autofocus
          />
          <KindChoice
            value={form.kind}
            fault={field('kind')}
            onChange={(kind) => set({ kind, scope: 'full', places: [] })}
          />
          <TokenReach
            kind={form.kind}
            scope={form.scope}
            places={form.places}
            withPlaces={!everywhere(form)}
            faults={{ scope: field('scope'), places: field('environments') }}
            onChange={set}
          />
          <Select
            label="Works for"
            data={lives}
            value={form.days}
            onChange={(days) => set({ days: days ?? '90' })}
            allowDeselect={false}
          />
          {create.isError && !placed && <ErrorState what="No token was made" error={create.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending} disabled={form.name.trim() === ''}>
              Make token
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

type KindProps = { value: Kind; fault: string | undefined; onChange: (kind: Kind) => void };

function KindChoice({ value, fault, onChange }: KindProps) {
  const manages = useQuery(sessionQuery()).data?.member?.manages;
  return (
    <Radio.Group
      label="Whose it is"
      value={value}
      error={fault}
      onChange={(next) => onChange(next as Kind)}
      description={manages ? undefined : 'Service tokens are for who manages members somewhere.'}
    >
      <Stack gap={6} mt={6}>
        <Radio value="personal" label="Yours: does what you may, and ends with your account" />
        <Radio
          value="service"
          label="A service's: has rights of its own, and stays when you go"
          disabled={!manages}
        />
      </Stack>
    </Radio.Group>
  );
}

function ShowToken(props: { made: NewToken; opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={props.opened} onClose={props.onClose} title="The new token" centered size="lg">
      <Stack gap="sm">
        <CodeBlock code={props.made.token} label={`Token ${props.made.name}`} />
        <Alert color="yellow" icon={<IconEyeOff size={18} aria-hidden />} title="Shown only now">
          Burgee keeps a fingerprint of it. Copy it before you close this.
        </Alert>
        <Group justify="flex-end">
          <Button onClick={props.onClose}>Done</Button>
        </Group>
      </Stack>
    </Modal>
  );
}
