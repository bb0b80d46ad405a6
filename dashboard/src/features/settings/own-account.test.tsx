import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { json, on, renderPage } from '../../../tests/render';

const own = {
  id: '1',
  email: 'ann@corp.example',
  password: true,
  totp: false,
  recoveryCodes: 0,
  identities: [],
};
const setup = {
  secret: 'JBSWY3DP',
  url: 'otpauth://totp/Burgee:ann',
  qr: { size: 29, path: 'M4 4h1v1h-1z' },
};

test('a second step is turned on with a code, and its recovery codes are shown once', async () => {
  let account = own;
  const { asked } = renderPage(
    '/settings?tab=account',
    on('GET', '/account', () => account),
    on('POST', '/account/totp', () => json(setup, 201)),
    on('PUT', '/account/totp', () => {
      account = { ...own, totp: true, recoveryCodes: 10 };
      return { codes: ['aaaa-bbbb-cccc-dddd'] };
    }),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Turn on a second step' }));
  expect(await screen.findByRole('img', { name: 'QR code for the app' })).toBeInstanceOf(Element);
  expect(screen.getByText('JBSWY3DP')).toBeInstanceOf(HTMLElement);
  await userEvent.type(screen.getByLabelText(/^Code/), '123456');
  await userEvent.click(screen.getByRole('button', { name: 'Turn on' }));
  expect(await screen.findByText('aaaa-bbbb-cccc-dddd')).toBeInstanceOf(HTMLElement);
  await userEvent.click(screen.getByRole('button', { name: 'Done' }));
  expect(await screen.findByText(/10 recovery codes are left/)).toBeInstanceOf(HTMLElement);
  const sent = asked.filter((request) => request.method === 'PUT');
  expect(await sent[0]?.json()).toEqual({ code: '123456' });
});

test('a second step is turned off with the password', async () => {
  const { asked } = renderPage(
    '/settings?tab=account',
    on('GET', '/account', { ...own, totp: true, recoveryCodes: 9 }),
    on('POST', '/account/totp/off', () => new Response(null, { status: 204 })),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Turn off the second step' }));
  expect(await screen.findByRole('button', { name: 'Turn off' })).toHaveProperty('disabled', true);
  await userEvent.type(screen.getByLabelText('Your password'), 'correct horse');
  await userEvent.click(screen.getByRole('button', { name: 'Turn off' }));
  const sent = asked.find((request) => request.url.endsWith('/account/totp/off'));
  expect(await sent?.json()).toEqual({ password: 'correct horse' });
});

test('new recovery codes take the password, and are shown once', async () => {
  const { asked } = renderPage(
    '/settings?tab=account',
    on('GET', '/account', { ...own, totp: true, recoveryCodes: 1 }),
    on('POST', '/account/totp/recovery-codes', { codes: ['eeee-ffff-gggg-hhhh'] }),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'New recovery codes' }));
  await userEvent.type(await screen.findByLabelText('Your password'), 'correct horse');
  await userEvent.click(screen.getByRole('button', { name: 'Make codes' }));
  expect(await screen.findByText('eeee-ffff-gggg-hhhh')).toBeInstanceOf(HTMLElement);
  const sent = asked.find((request) => request.url.endsWith('/recovery-codes'));
  expect(await sent?.json()).toEqual({ password: 'correct horse' });
});

test('who has no password shows a code instead', async () => {
  const { asked } = renderPage(
    '/settings?tab=account',
    on('GET', '/account', { ...own, password: false, totp: true, recoveryCodes: 1 }),
    on('POST', '/account/totp/off', () => new Response(null, { status: 204 })),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Turn off the second step' }));
  await userEvent.type(await screen.findByLabelText(/^A code of the app/), '123456');
  await userEvent.click(screen.getByRole('button', { name: 'Turn off' }));
  const sent = asked.find((request) => request.url.endsWith('/account/totp/off'));
  expect(await sent?.json()).toEqual({ code: '123456' });
});

test('an account is unlinked after a question, and a refusal is told', async () => {
  const last = {
    code: 'last_way_in',
    detail: 'You have no password: without Corp you could not sign in any more.',
  };
  const identity = { issuer: 'https://login.example.com', subject: 'a-1', createdAt: 1 };
  const { asked } = renderPage(
    '/settings?tab=account',
    on('GET', '/account', { ...own, identities: [identity] }),
    on('DELETE', '/account/identities', () => json(last, 409)),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Unlink' }));
  const dialog = await screen.findByRole('dialog');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Unlink' }));
  expect(await screen.findByText(/without Corp you could not sign in/)).toBeInstanceOf(HTMLElement);
  const sent = asked.find((request) => request.method === 'DELETE');
  expect(new URL(sent?.url ?? '').searchParams.get('issuer')).toBe('https://login.example.com');
});
