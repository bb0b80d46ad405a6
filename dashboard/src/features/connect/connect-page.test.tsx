import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { on, renderPage } from '../../../tests/render';

const keys = '/projects/default/environments/production/keys';
const made = {
  id: 'k9',
  kind: 'server',
  name: 'Connect page',
  masked: 'bgs_new…key',
  createdAt: Date.now() - 1000,
  uses: 0,
  key: 'bgs_new0123456789abcdef0123456789ab',
};
const connected = {
  items: [
    {
      application: 'calendar',
      version: '1.4.0',
      platform: 'python 3.12 linux',
      sdk: 'python/0.1.0',
      environment: 'production',
      hosts: 1,
      processes: 1,
      instances: [
        {
          instance: 'i',
          address: '10.0.4.7',
          transport: 'stream',
          revision: 1,
          since: Date.now(),
          lastSeenAt: Date.now(),
        },
      ],
    },
  ],
  refused: [],
  nodes: [],
};
const makesKey = [on('POST', keys, made), on('GET', keys, { items: [made] })];

test('the snippet holds a new key of the environment, and the key goes when the page is left unused', async () => {
  const { asked, unmount } = renderPage('/p/default/connect?env=production&sdk=python', ...makesKey);
  expect(await screen.findByText(/pip install --no-index/)).toBeInstanceOf(HTMLElement);
  expect(screen.getByText(/bgs_new0123/).textContent).toContain('# connects to PRODUCTION');
  expect(screen.getByText(/waiting for a program in PRODUCTION/)).toBeInstanceOf(HTMLElement);
  unmount();
  const gone = asked.find((request) => request.method === 'DELETE');
  expect(gone?.url).toContain(`${keys}/k9?ifUnused=true`);
});

test('leaving by closing the window takes the key away too', async () => {
  const { asked } = renderPage('/p/default/connect?env=production&sdk=python', ...makesKey);
  await screen.findByText(/bgs_new0123/);
  window.dispatchEvent(new PageTransitionEvent('pagehide'));
  await waitFor(() => expect(asked.some((request) => request.method === 'DELETE')).toBe(true));
});

test('a connected program turns the panel to Success by itself', async () => {
  let come = false;
  renderPage(
    '/p/default/connect?env=production&sdk=python',
    ...makesKey,
    on('GET', '/projects/default/connections', () =>
      come ? connected : { items: [], refused: [], nodes: [] },
    ),
  );
  await screen.findByText(/waiting for a program/);
  come = true;
  const success = await screen.findByText('Success');
  expect(success).toBeInstanceOf(HTMLElement);
  expect(screen.getByText(/calendar 1.4.0, python 3.12 linux, python\/0.1.0/)).toBeInstanceOf(HTMLElement);
});

test('a refused attempt is told with its cause', async () => {
  const attempt = {
    at: Date.now(),
    address: '10.0.4.8',
    key: 'bgs_AbCd…wxyz',
    cause: 'key_unknown',
    message: 'This server does not know the key.',
  };
  renderPage(
    '/p/default/connect?env=production&sdk=python',
    ...makesKey,
    on('GET', '/projects/default/connections', { items: [], refused: [attempt] }),
  );
  const list = await screen.findByRole('region', { name: 'Refused attempts' });
  expect(within(list).getByText('This server does not know the key.')).toBeInstanceOf(HTMLElement);
});

test('another way to connect keeps the key', async () => {
  const { asked } = renderPage('/p/default/connect?env=production&sdk=python', ...makesKey);
  await screen.findByText(/bgs_new0123/);
  await userEvent.click(screen.getByRole('radio', { name: /^Go/ }));
  expect(await screen.findByText(/go get burgee.dev\/burgee\/sdk@v0.1.0/)).toBeInstanceOf(HTMLElement);
  expect(asked.filter((request) => request.method === 'POST')).toHaveLength(1);
});

test('what runs at people’s homes gets a client key, made anew, and the server key goes', async () => {
  const client = { ...made, id: 'k10', kind: 'client', key: 'bgc_new0123456789abcdef0123456789ab' };
  const { asked } = renderPage(
    '/p/default/connect?env=production&sdk=node',
    on('POST', keys, async (request: Request) =>
      ((await request.json()) as { kind: string }).kind === 'client' ? client : made,
    ),
    on('GET', keys, { items: [made] }),
  );
  expect((await screen.findByText(/bgs_new0123/)).textContent).toContain('// connects to PRODUCTION');
  await userEvent.click(screen.getByRole('radio', { name: /^JavaScript, browser/ }));
  const page = await screen.findByText(/bgc_new0123/);
  expect(page.textContent).not.toContain('bgs_');
  expect(screen.getByText(/must be marked for client keys/)).toBeInstanceOf(HTMLElement);
  expect(screen.queryByRole('button', { name: 'Copy as env file' })).toBeNull();
  expect(asked.some((request) => request.method === 'DELETE' && request.url.includes('k9'))).toBe(true);
});

test('a program that asks over OFREP turns the panel to Success too', async () => {
  const [program] = connected.items;
  if (!program) throw new Error('no program');
  const remote = {
    ...program,
    application: 'node',
    version: '',
    platform: '',
    sdk: '',
    instances: program.instances.map((instance) => ({ ...instance, transport: 'ofrep' })),
  };
  renderPage(
    '/p/default/connect?env=production&sdk=node',
    ...makesKey,
    on('GET', '/projects/default/connections', { items: [remote], refused: [], nodes: [] }),
  );
  expect(await screen.findByText('Success')).toBeInstanceOf(HTMLElement);
  expect(screen.getByText(/node, over OFREP/)).toBeInstanceOf(HTMLElement);
});
