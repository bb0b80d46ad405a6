import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Webhook, WebhookDelivery } from '@/api/types';
import { json, on, problem, renderPage, renderWith } from '../../../../tests/render';

const page = '/p/default/settings?tab=webhooks';
const all = '/projects/default/webhooks';

const hook = (change: Partial<Webhook> = {}): Webhook => ({
  id: 'w1',
  name: 'chat',
  url: 'https://hooks.example.com/burgee',
  format: 'standard',
  events: [],
  environments: [],
  flags: [],
  tags: [],
  enabled: true,
  version: 3,
  state: 'ok',
  createdAt: 1,
  updatedAt: 1,
  progress: { pending: 0, behind: 0, failures: 0, succeededAt: 1_790_000_000_000 },
  ...change,
});

const delivery: WebhookDelivery = {
  id: 7,
  messageId: 'msg_abc',
  type: 'configuration.update',
  object: 'Flags.isHoliday',
  events: 1,
  state: 'failed',
  createdAt: 1_790_000_000_000,
  attempts: 1,
  newest: { number: 1, at: 1_790_000_000_000, durationMs: 12, status: 500, problem: 'it answered 500' },
};

test('without a webhook the page says what one is for; a new one shows its secret once', async () => {
  const user = userEvent.setup();
  const { asked } = renderPage(
    page,
    on('GET', all, { items: [] }),
    on('POST', all, () => json({ ...hook(), secret: 'whsec_c2VjcmV0' }, 201)),
  );
  await screen.findByText('No webhooks yet');
  await user.click(screen.getByRole('button', { name: 'New webhook' }));
  await user.type(await screen.findByRole('textbox', { name: 'Name' }), 'chat');
  await user.type(screen.getByRole('textbox', { name: 'Address' }), 'https://hooks.example.com/burgee');
  await user.click(screen.getByRole('combobox', { name: 'Of changes of' }));
  await user.click(await screen.findByText('flag configuration'));
  await user.type(screen.getByLabelText('Of flags', { selector: 'input' }), 'checkout.*{Enter}');
  await user.type(screen.getByLabelText('Of flags with a tag', { selector: 'input' }), 'shop{Enter}');
  await user.click(screen.getByRole('button', { name: 'Make webhook' }));
  expect(await screen.findByText('whsec_c2VjcmV0')).toBeInstanceOf(HTMLElement);
  expect(screen.getByText('Shown only now')).toBeInstanceOf(HTMLElement);
  expect(await asked.find((request) => request.method === 'POST')?.json()).toEqual({
    name: 'chat',
    url: 'https://hooks.example.com/burgee',
    format: 'standard',
    events: ['configuration'],
    environments: [],
    flags: ['checkout.*'],
    tags: ['shop'],
  });
  await user.click(screen.getByRole('button', { name: 'Done' }));
  await waitFor(() => expect(screen.queryByText('whsec_c2VjcmV0')).toBeNull());
});

test('an address that is refused says so at the field', async () => {
  const user = userEvent.setup();
  renderPage(
    page,
    on('GET', all, { items: [hook()] }),
    on('PATCH', `${all}/w1`, () =>
      problem(422, 'webhook_invalid', 'The webhook is not complete', [
        { field: 'url', message: 'is in a private network' },
      ]),
    ),
  );
  await user.click(await screen.findByRole('button', { name: 'More for chat' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Change…' }));
  const field = await screen.findByRole('textbox', { name: 'Address' });
  await user.clear(field);
  await user.type(field, 'https://10.0.0.1/');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('is in a private network')).toBeInstanceOf(HTMLElement);
});

test('a failing webhook says since when and why, and what waits', async () => {
  const progress = {
    pending: 3,
    behind: 2,
    failures: 9,
    failingSince: Date.now() - 3_600_000,
    retryAt: Date.now() + 60_000,
    problem: 'it answered 503',
  };
  renderPage(
    page,
    on('GET', all, {
      items: [hook({ state: 'failing', events: ['flag'], flags: ['a.*'], tags: ['shop'], progress })],
    }),
  );
  const table = await screen.findByRole('table');
  expect(within(table).getByText('failing')).toBeInstanceOf(HTMLElement);
  expect(within(table).getByText(/it answered 503/)).toBeInstanceOf(HTMLElement);
  expect(within(table).getByText(/5 waiting/)).toBeInstanceOf(HTMLElement);
  expect(within(table).getByText('flag, of a.*, tagged shop')).toBeInstanceOf(HTMLElement);
});

test('a delivery is read whole and sent again', async () => {
  const user = userEvent.setup();
  const one = `${all}/w1/deliveries/7`;
  const { asked } = renderPage(
    page,
    on('GET', all, { items: [hook()] }),
    on('GET', `${all}/w1/deliveries`, { items: [delivery] }),
    on('GET', one, {
      ...delivery,
      request: '{"type":"configuration.update"}',
      tries: [{ ...delivery.newest, answer: 'out of order' }],
    }),
    on('POST', `${one}/redeliver`, () => json({ ...delivery, state: 'pending' }, 202)),
  );
  await user.click(await screen.findByRole('button', { name: 'Deliveries of chat' }));
  await user.click(await screen.findByRole('button', { name: /^Show delivery 7/ }));
  expect(await screen.findByText('out of order')).toBeInstanceOf(HTMLElement);
  expect(screen.getByText(/"type": "configuration.update"/)).toBeInstanceOf(HTMLElement);
  await user.click(screen.getByRole('button', { name: 'Redeliver' }));
  await waitFor(() => expect(asked.some((request) => request.method === 'POST')).toBe(true));
});

test('a secret is rotated at the version that was read, with the hours that were chosen', async () => {
  const user = userEvent.setup();
  const { asked } = renderPage(
    page,
    on('GET', all, { items: [hook()] }),
    on('POST', `${all}/w1/rotate`, {
      ...hook(),
      secret: 'whsec_bmV4dA==',
      oldSecretUntil: Date.now() + 3_600_000,
    }),
  );
  await user.click(await screen.findByRole('button', { name: 'More for chat' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Rotate the secret…' }));
  const hours = await screen.findByRole('textbox', { name: 'Hours in which both sign' });
  await user.clear(hours);
  await user.type(hours, '2');
  await user.click(screen.getByRole('button', { name: 'Rotate' }));
  expect(await screen.findByText('whsec_bmV4dA==')).toBeInstanceOf(HTMLElement);
  const made = asked.find((request) => request.method === 'POST');
  expect(made?.headers.get('If-Match')).toBe('"3"');
  expect(await made?.json()).toEqual({ overlapHours: 2 });
});

test('who does not manage the project is told so, and nothing is asked', async () => {
  const { asked } = renderWith([{ place: 'default', actions: ['read', 'publish'] }], page);
  await screen.findByText('Webhooks are for who manages the project');
  expect(asked.some((request) => request.url.endsWith('/webhooks'))).toBe(false);
});
