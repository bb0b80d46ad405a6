import { fireEvent, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import type { NewLink } from '@/api/types';
import { json, on, renderPage } from '../../../tests/render';
import { withRole } from './roles';

const ann = { id: '1', email: 'ann@corp.example', roles: ['owner'] };
const ben = { id: '2', email: 'ben@corp.example', roles: ['viewer@default'] };
const link: NewLink = {
  id: 'l',
  kind: 'invitation',
  email: 'eve@corp.example',
  roles: ['viewer@default', 'publisher@default/production'],
  madeBy: 'ann@corp.example',
  createdAt: 1_790_000_000_000,
  expiresAt: 1_790_600_000_000,
  url: 'http://127.0.0.1:7878/join#t=secret',
};
const roles = ['viewer', 'editor', 'publisher', 'admin', 'owner'].map((name) => ({
  name,
  actions: ['read'],
  builtIn: true,
}));
const base = [
  on('GET', '/members', { items: [ann, ben] }),
  on('GET', '/links', { items: [] }),
  on('GET', '/roles', { items: roles }),
];

test('a role in one environment comes with reading its project', () => {
  expect(withRole([], 'publisher', 'default/production')).toEqual([
    'viewer@default',
    'publisher@default/production',
  ]);
  expect(withRole(['editor@default'], 'publisher', 'default/production')).toHaveLength(2);
  expect(withRole(['viewer'], 'viewer', '')).toEqual(['viewer']);
});

test('inviting somebody shows the link once; what is wrong with the roles stands at the roles', async () => {
  const refusal = {
    status: 422,
    detail: 'No',
    code: 'x',
    errors: [{ field: 'roles', message: 'ask an owner' }],
  };
  const answers = [() => json(refusal, 422), () => json({ ...link, replaced: true }, 201)];
  const { asked } = renderPage(
    '/settings?tab=members',
    ...base,
    on('POST', '/links', () => answers.shift()?.()),
  );
  expect(await screen.findByText('owner everywhere')).toBeInstanceOf(HTMLElement);
  fireEvent.click(screen.getByText('Invite'));
  fireEvent.change(await screen.findByLabelText(/^E-mail/), { target: { value: 'eve@corp.example' } });
  fireEvent.click(screen.getByText('Add role'));
  fireEvent.click(screen.getByText('Make link'));
  expect(await screen.findByText('ask an owner')).toBeInstanceOf(HTMLElement);
  fireEvent.click(screen.getByText('Make link'));
  expect(await screen.findByText(link.url)).toBeInstanceOf(HTMLElement);
  expect(screen.getByText(/The link that eve@corp.example had before works no more/)).toBeInstanceOf(
    HTMLElement,
  );
  expect(await asked.find((request) => request.method === 'POST')?.json()).toEqual({
    email: 'eve@corp.example',
    roles: ['viewer'],
  });
});

test('a member is removed after a confirm', async () => {
  const { asked } = renderPage(
    '/settings?tab=members',
    ...base,
    on('DELETE', '/members/2', () => new Response(null, { status: 204 })),
  );
  fireEvent.click(await screen.findByLabelText('Remove: ben@corp.example'));
  await screen.findByText('Remove ben@corp.example?');
  fireEvent.click(screen.getAllByText('Remove', { selector: 'button[type=submit] *' })[0] as HTMLElement);
  await expect.poll(() => asked.some((request) => request.method === 'DELETE')).toBe(true);
});

test('members that could not be loaded are an error, not nobody', async () => {
  renderPage(
    '/settings?tab=members',
    on('GET', '/members', () => json({ status: 403, detail: 'ask an owner', code: 'forbidden' }, 403)),
    ...base,
  );
  expect((await screen.findByRole('alert')).textContent).toContain('The members could not be loaded');
  expect(screen.queryByRole('table')).toBeNull();
});

const session = {
  id: 's',
  current: false,
  createdAt: 1_790_000_000_000,
  lastSeenAt: 1_790_000_100_000,
  expiresAt: 1_791_000_000_000,
  userAgent: 'Firefox',
  address: '10.0.4.7',
};

async function openSessions(...routes: Parameters<typeof renderPage>[1][]) {
  const page = renderPage('/settings?tab=members', ...base, ...routes);
  fireEvent.click(await screen.findByLabelText('Sessions: ben@corp.example'));
  await screen.findByText('Sessions of ben@corp.example');
  return page;
}

test('a session of a member is ended after a confirm, and the list is read anew', async () => {
  const lists = [[session], []];
  const { asked } = await openSessions(
    on('GET', '/sessions', () => json({ items: lists.shift() ?? [] })),
    on('DELETE', '/sessions/s', () => new Response(null, { status: 204 })),
  );
  fireEvent.click(await screen.findByLabelText('End the session at 10.0.4.7'));
  await screen.findByText('End this session of ben@corp.example?');
  fireEvent.click(screen.getByText('End session'));
  expect(await screen.findByText('None: ben@corp.example is signed in nowhere.')).toBeInstanceOf(HTMLElement);
  const about = asked.filter((request) => request.url.includes('/sessions'));
  expect(about.map((request) => [request.method, new URL(request.url).searchParams.get('member')])).toEqual([
    ['GET', '2'],
    ['DELETE', '2'],
    ['GET', '2'],
  ]);
});

test('sessions that could not be loaded are an error, not none', async () => {
  await openSessions(
    on('GET', '/sessions', () => json({ status: 403, detail: 'ask an owner', code: 'forbidden' }, 403)),
  );
  expect((await screen.findByRole('alert')).textContent).toContain('The sessions could not be loaded');
  expect(screen.queryByText(/is signed in nowhere/)).toBeNull();
});
