import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { SingleSignOnView } from '@/api/types';
import { json, on, project, renderPage, renderWith } from '../../../tests/render';

const off: SingleSignOnView = {
  on: false,
  version: 0,
  redirectUrl: 'https://flags.example.com/signin/callback',
};
const turnedOn: SingleSignOnView = {
  ...off,
  on: true,
  settings: {
    name: 'Corp',
    issuer: 'https://login.example.com',
    clientId: 'burgee',
    scopes: ['openid', 'email'],
    claim: 'groups',
    mapping: [{ value: 'ops', roles: ['viewer@default'] }],
    create: true,
    domains: ['example.com'],
    passwords: 'owners',
  },
};
const base = [
  on('GET', '/roles', { items: [{ name: 'viewer', actions: ['read'], builtIn: true }] }),
  on('GET', '/projects', { items: [project] }),
];

test('single sign-on is turned on with what the form says', async () => {
  const { asked } = renderPage(
    '/settings?tab=signin',
    ...base,
    on('GET', '/sso', off),
    on('POST', '/sso/check', {
      issuer: 'https://login.example.com',
      signInAt: 'https://login.example.com/auth',
      scopes: [],
      claims: ['sub', 'groups'],
    }),
    on('PUT', '/sso', turnedOn),
  );
  expect(await screen.findByText('https://flags.example.com/signin/callback')).toBeInstanceOf(HTMLElement);
  expect(screen.getByRole('button', { name: 'Copy: Redirect address' })).toBeInstanceOf(HTMLElement);
  await userEvent.type(screen.getByLabelText('Issuer'), 'https://login.example.com');
  await userEvent.click(screen.getByRole('button', { name: 'Ask the provider' }));
  expect(await screen.findByText('Claims: sub, groups')).toBeInstanceOf(HTMLElement);
  await userEvent.type(screen.getByLabelText('Client id'), 'burgee');
  await userEvent.type(screen.getByLabelText('Client secret'), 's3cret');
  await userEvent.click(screen.getByRole('button', { name: 'Add a value' }));
  const everybody = screen.getByRole('group', { name: 'Everybody' });
  await userEvent.click(within(everybody).getByRole('button', { name: 'Add role' }));
  await userEvent.type(screen.getByLabelText('Domains'), 'x'); // not without an account to make
  await userEvent.click(screen.getByRole('button', { name: 'Turn on' }));
  expect(await screen.findByText(/people sign in with Corp/)).toBeInstanceOf(HTMLElement);
  const sent = asked.find((request) => request.method === 'PUT');
  expect(await sent?.json()).toEqual({
    name: '',
    issuer: 'https://login.example.com',
    clientId: 'burgee',
    clientSecret: 's3cret',
    scopes: [],
    claim: '',
    mapping: [{ value: '*', roles: ['viewer'] }],
    create: false,
    domains: [],
    passwords: 'everybody',
  });
});

test('what the server says of a field stands beside it, and an empty secret keeps the one that is there', async () => {
  const refused = {
    code: 'sso_invalid',
    detail: 'The settings of single sign-on are not complete',
    errors: [{ field: 'claim', message: 'is missing: which claim holds ops?' }],
  };
  const { asked } = renderPage(
    '/settings?tab=signin',
    ...base,
    on('GET', '/sso', turnedOn),
    on('PUT', '/sso', () => json(refused, 422)),
  );
  await userEvent.clear(await screen.findByLabelText('Claim'));
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  await screen.findByText('is missing: which claim holds ops?');
  expect(screen.getByLabelText('Claim').getAttribute('aria-invalid')).toBe('true');
  const sent = await asked.find((request) => request.method === 'PUT')?.json();
  expect(sent).not.toHaveProperty('clientSecret');
  expect(sent).toMatchObject({ passwords: 'owners', domains: ['example.com'], scopes: ['openid', 'email'] });
});

test('an issuer that does not answer is told at the field', async () => {
  const silent = {
    code: 'sso_invalid',
    detail: 'The issuer does not answer as a provider of OpenID Connect',
    errors: [{ field: 'issuer', message: 'does not answer at /.well-known/openid-configuration' }],
  };
  renderPage(
    '/settings?tab=signin',
    ...base,
    on('GET', '/sso', off),
    on('POST', '/sso/check', () => json(silent, 422)),
  );
  await userEvent.type(await screen.findByLabelText('Issuer'), 'https://nowhere.example.com');
  await userEvent.click(screen.getByRole('button', { name: 'Ask the provider' }));
  await screen.findByText('does not answer at /.well-known/openid-configuration');
  expect(screen.getByLabelText('Issuer').getAttribute('aria-invalid')).toBe('true');
});

test('single sign-on is turned off after a question', async () => {
  let view = turnedOn;
  const { asked } = renderPage(
    '/settings?tab=signin',
    ...base,
    on('GET', '/sso', () => view),
    on('DELETE', '/sso', () => {
      view = off;
      return new Response(null, { status: 204 });
    }),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Turn off' }));
  const dialog = await screen.findByRole('dialog', { name: 'Turn off single sign-on?' });
  expect(asked.some((request) => request.method === 'DELETE')).toBe(false);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Turn off' }));
  expect(await screen.findByText(/people sign in with a password\. With a provider/)).toBeInstanceOf(
    HTMLElement,
  );
  expect(screen.getByLabelText('Issuer')).toHaveProperty('value', '');
});

test('who is no owner sees what holds, and why there is no form', async () => {
  const { asked } = renderWith([{ place: '', actions: ['read'] }], '/settings?tab=signin', ...base);
  expect(await screen.findByText('People sign in with a password.')).toBeInstanceOf(HTMLElement);
  expect(screen.getByRole('note').textContent).toContain('You may not');
  expect(screen.queryByLabelText('Issuer')).toBe(null);
  expect(asked.some((request) => request.url.endsWith('/sso'))).toBe(false);
});
