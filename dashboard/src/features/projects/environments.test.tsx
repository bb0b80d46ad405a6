import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { json, on, project, renderPage } from '../../../tests/render';
import { dependencies } from './compare-page';
import { keyOf, placeFault } from './place-key';

const environments = '/projects/default/environments';
const settings = '/p/default/settings?tab=environments';
const connections = (items: unknown[]) =>
  on('GET', '/projects/default/connections', { items, refused: [], nodes: [] });
const sent = async (asked: Request[], method: string) =>
  asked.find((request) => request.method === method)?.json();

test('an environment is made with a key from its name, like another one', async () => {
  const { asked } = renderPage(
    settings,
    on('POST', environments, () => json({ ...project.environments[0], key: 'staging-area' }, 201)),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'New environment' }));
  await userEvent.type(await screen.findByRole('textbox', { name: 'Name' }), 'Staging Area');
  expect(screen.getByRole('textbox', { name: 'Key' })).toHaveProperty('value', 'staging-area');
  await userEvent.click(screen.getByRole('button', { name: 'Make environment' }));
  await waitFor(async () =>
    expect(await sent(asked, 'POST')).toEqual({ key: 'staging-area', name: 'Staging Area', kind: 'other' }),
  );
});

test('an environment is moved down by its button, and the ends cannot go further', async () => {
  const { asked } = renderPage(
    settings,
    on('PUT', environments, { ...project, environments: [...project.environments].reverse() }),
  );
  const up = await screen.findByRole('button', { name: 'Move Production up' });
  expect(up).toHaveProperty('disabled', true);
  await userEvent.click(screen.getByRole('button', { name: 'Move Production down' }));
  await waitFor(() =>
    expect(screen.getByRole('button', { name: 'Move Production down' })).toHaveProperty('disabled', true),
  );
  expect(await sent(asked, 'PUT')).toEqual({ environments: ['development', 'production'] });
});

test('archiving names the connected programs and asks once more', async () => {
  const program = { application: 'calendar', version: '1.4.0', environment: 'development', instances: [] };
  const { asked } = renderPage(
    settings,
    connections([program, { ...program, application: 'elsewhere', environment: 'production' }]),
    on('POST', `${environments}/development/archive`, project),
  );
  await userEvent.click(await screen.findByRole('button', { name: 'Archive Development' }));
  const dialog = await screen.findByRole('dialog');
  expect(await within(dialog).findByText(/Connected now: calendar 1\.4\.0\./)).toBeInstanceOf(HTMLElement);
  const archive = within(dialog).getByRole('button', { name: 'Archive Development' });
  expect(archive).toHaveProperty('disabled', true);
  await userEvent.click(within(dialog).getByRole('checkbox', { name: 'Disconnect 1 program' }));
  await userEvent.click(archive);
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(await sent(asked, 'POST')).toEqual({ force: true });
});

const difference = (flag: string, dependsOn: string[] = []) => ({
  flag,
  from: 'true',
  to: 'code default',
  sentences: [`${flag} in production: default → true`],
  diff: [],
  dependsOn,
});
const comparison = {
  revisions: { production: 812, development: 40 },
  same: 3,
  differences: [difference('Flags.theme', ['pay.api']), difference('pay.api')],
  experiments: ['launch'],
};
const plan = {
  changed: true,
  plan: [
    {
      kind: 'configuration',
      object: 'pay.api',
      environment: 'production',
      action: 'update',
      sentences: ['pay.api in production: default → true'],
      diff: [],
      moves: [],
    },
  ],
  revisions: { production: 812 },
  warnings: [],
};
const compare = '/p/default/compare?from=development&to=production';

test('chosen flags are promoted after a look at what that changes', async () => {
  const { asked } = renderPage(
    compare,
    on('GET', `${environments}/production/differences`, comparison),
    on('POST', `${environments}/production/promote`, plan),
  );
  const button = await screen.findByRole('button', { name: 'Promote to PRODUCTION…' });
  expect(button).toHaveProperty('disabled', true);
  await userEvent.click(screen.getByRole('checkbox', { name: 'Choose Flags.theme' }));
  expect(screen.getByText(/depends on flags that differ too and are not chosen: pay\.api/)).toBeInstanceOf(
    HTMLElement,
  );
  await userEvent.click(screen.getByRole('checkbox', { name: 'Choose pay.api' }));
  expect(screen.queryByText(/depends on flags/)).toBeNull();
  await userEvent.click(button);
  const dialog = await screen.findByRole('dialog', {
    name: 'Promote 2 flags from Development to Production',
  });
  await userEvent.click(await within(dialog).findByRole('button', { name: 'Promote to PRODUCTION' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  const bodies = await Promise.all(
    asked.filter((request) => request.method === 'POST').map((request) => request.json()),
  );
  const flags = ['Flags.theme', 'pay.api'];
  expect(bodies).toEqual([
    { from: 'development', flags, dryRun: true },
    { from: 'development', flags, expect: { production: 812 } },
  ]);
});

test('where approvals are needed a promotion becomes a change request', async () => {
  const { asked } = renderPage(
    compare,
    on('GET', `${environments}/production/differences`, comparison),
    on('POST', `${environments}/production/promote`, { ...plan, review: { production: 1 } }),
    on('POST', '/projects/default/change-requests', () => json({ number: 7 }, 201)),
  );
  await userEvent.click(await screen.findByRole('checkbox', { name: 'Choose pay.api' }));
  await userEvent.click(screen.getByRole('button', { name: 'Promote to PRODUCTION…' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Request review' }));
  await waitFor(() => expect(asked.some((request) => request.url.includes('/change-requests'))).toBe(true));
  const request = asked.find((one) => one.method === 'POST' && one.url.endsWith('/change-requests'));
  expect(await request?.json()).toEqual({
    title: 'Promote 1 flag from Development to Production',
    expect: { production: 812 },
    promotion: { from: 'development', to: 'production', flags: ['pay.api'] },
  });
  await waitFor(() => expect(window.location.pathname).toBe('/p/default/change-requests/7'));
});

test('alike environments and a failed comparison are told apart', async () => {
  const { unmount } = renderPage(
    compare,
    on('GET', `${environments}/production/differences`, { ...comparison, differences: [] }),
  );
  expect(await screen.findByText('No difference')).toBeInstanceOf(HTMLElement);
  unmount();
  renderPage(
    compare,
    on('GET', `${environments}/production/differences`, () =>
      json({ title: 'x', status: 503, detail: 'The store is away.', code: 'store' }, 503),
    ),
  );
  expect(await screen.findByText('The environments could not be compared')).toBeInstanceOf(HTMLElement);
  expect(screen.queryByText('No difference')).toBeNull();
});

test('keys are made of names, and names of others are refused', () => {
  expect(keyOf('  Café & Bar 2 ')).toBe('cafe-bar-2');
  expect(placeFault('Shop')).toMatch(/small letter/);
  expect(placeFault('shop/x')).toMatch(/hyphen only/);
  expect(placeFault('shop-2.x')).toBeUndefined();
  expect(dependencies([difference('a', ['b', 'c']), difference('b')], new Set(['a', 'b']))).toEqual(['c']);
});
