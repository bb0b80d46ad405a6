import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Token } from '@/api/types';
import { json, on, renderPage, renderWith } from '../../../tests/render';

const edge: Token = {
  id: '1',
  name: 'edge',
  prefix: 'bgp_AbCd…wxyz',
  kind: 'service',
  scope: 'relay',
  environments: ['default/production'],
  createdAt: 1_790_000_000_000,
};

const roles = on('GET', '/roles', {
  items: [
    { name: 'viewer', actions: ['read'], builtIn: true },
    { name: 'duty', actions: ['read', 'off'], builtIn: false },
  ],
});

test('a personal token may be held to a role in a project, and a person who manages nobody makes no other', async () => {
  const user = userEvent.setup();
  const { asked } = renderWith(
    [{ place: 'default', actions: ['read'] }],
    '/settings',
    on('GET', '/tokens', { items: [] }),
    roles,
    on('POST', '/tokens', () => json({ ...edge, token: 'bgp_secret' }, 201)),
  );
  await user.click(await screen.findByRole('button', { name: 'New token' }));
  await user.type(await screen.findByRole('textbox', { name: 'Name' }), 'laptop');
  expect(screen.getByLabelText<HTMLInputElement>(/^A service's/).disabled).toBe(true);
  await user.click(screen.getByLabelText('It may', { selector: 'input' }));
  await user.click(await screen.findByText('Do what you may as duty, at most'));
  await user.click(await screen.findByLabelText('Where', { selector: 'input' }));
  await user.click(await screen.findByText('default'));
  await user.click(screen.getByRole('button', { name: 'Make token' }));
  expect(await screen.findByText('bgp_secret')).toBeInstanceOf(HTMLElement);
  expect(await asked.find((request) => request.method === 'POST')?.json()).toEqual({
    name: 'laptop',
    kind: 'personal',
    scope: 'duty',
    environments: ['default'],
    expiresInDays: 90,
  });
});

test('a token for a relay names its environments', async () => {
  const user = userEvent.setup();
  const { asked } = renderPage(
    '/settings',
    on('GET', '/tokens', { items: [edge, { ...edge, id: '2', name: 'all', environments: [] }] }),
    roles,
    on('POST', '/tokens', () => json({ ...edge, token: 'bgp_secret' }, 201)),
  );
  const table = await screen.findByRole('table');
  expect(within(table).getByText('relay default/production')).toBeInstanceOf(HTMLElement);
  expect(within(table).getByText('relay all environments')).toBeInstanceOf(HTMLElement);

  await user.click(screen.getByRole('button', { name: 'New token' }));
  await user.type(await screen.findByRole('textbox', { name: 'Name' }), 'edge');
  await user.click(screen.getByLabelText(/^A service's/));
  await user.click(screen.getByLabelText('It may', { selector: 'input' }));
  await user.click(await screen.findByText('Carry configuration to burgee relay, and nothing else'));
  await user.click(await screen.findByLabelText('Where', { selector: 'input' }));
  await user.click(await screen.findByText('default/production'));
  await user.click(screen.getByRole('button', { name: 'Make token' }));
  expect(await screen.findByText('bgp_secret')).toBeInstanceOf(HTMLElement);
  const made = asked.find((request) => request.method === 'POST');
  expect(await made?.json()).toEqual({
    name: 'edge',
    kind: 'service',
    scope: 'relay',
    environments: ['default/production'],
    expiresInDays: 90,
  });
});
