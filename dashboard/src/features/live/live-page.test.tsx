import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Connections } from '@/api/types';
import { on, renderPage } from '../../../tests/render';

const now = Date.now();
const connected: Connections = {
  items: [
    {
      application: 'calendar',
      version: '1.4.0',
      platform: 'python 3.12',
      sdk: 'python/0.1.0',
      environment: 'production',
      hosts: 1,
      processes: 1,
      instances: [
        {
          instance: '0123456789abcdef',
          address: '10.0.4.7',
          transport: 'stream',
          revision: 810,
          since: now - 5000,
          lastSeenAt: now,
        },
      ],
    },
  ],
  refused: [
    {
      at: now,
      address: '10.0.4.9',
      key: 'bgc_AbCd…wxyz',
      cause: 'client_key',
      message: 'A client key was sent.',
    },
  ],
  nodes: [],
};
const answer = (body: Connections) => on('GET', '/projects/default/connections', body);

describe('the live page', () => {
  it('groups instances by application and says how far each is behind', async () => {
    renderPage('/p/default/e/production/live', answer(connected));
    expect(await screen.findByRole('heading', { name: 'calendar 1.4.0' })).toBeTruthy();
    expect(screen.getByText('810 (2 behind)')).toBeTruthy();
    expect(screen.getByText('1 host · 1 process')).toBeTruthy();
  });

  it('says which revision an instance has applied, since when it is stale and what it overrides', async () => {
    const [app] = connected.items;
    if (!app?.instances[0]) throw new Error('no instance');
    const instance = {
      ...app.instances[0],
      applied: 809,
      staleSince: now - 60_000,
      overrides: ['Flags.isHoliday'],
    };
    renderPage(
      '/p/default/e/production/live',
      answer({ ...connected, items: [{ ...app, instances: [instance] }] }),
      on('GET', '/projects/default/environments/production/revisions/812/receipts', {
        revision: 812,
        state: 'stale',
        expected: 1,
        applied: 0,
        stale: 1,
        staleInstances: [],
      }),
    );
    expect(await screen.findByText(/^stale since/)).toBeTruthy();
    expect(screen.getByText('809')).toBeTruthy();
    expect(screen.getByText('overrides Flags.isHoliday')).toBeTruthy();
    expect(await screen.findByText('applied by 0 of 1 instance, 1 stale')).toBeTruthy();
  });

  it('lists refused attempts with their cause and what to do', async () => {
    renderPage('/p/default/e/production/live', answer(connected));
    expect(await screen.findByText('A client key was sent.')).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Get a working key' }).getAttribute('href')).toContain(
      '/connect',
    );
  });

  it('says of how many nodes the programs are', async () => {
    const nodes = [
      { id: 'a', name: 'a:7878', here: true, seenAgoMs: 0 },
      { id: 'b', name: 'b:7878', seenAgoMs: 900 },
    ];
    renderPage('/p/default/e/production/live', answer({ ...connected, nodes }));
    expect(await screen.findByText('The programs of 2 nodes.')).toBeTruthy();
  });

  it('says which node is silent and what that means for the list', async () => {
    const nodes = [
      { id: 'a', name: 'a:7878', here: true, seenAgoMs: 0 },
      { id: 'b', name: 'b:7878', seenAgoMs: 40_000, silent: true },
      { id: 'c', name: 'c:7878', seenAgoMs: 180_000, silent: true, missing: true },
    ];
    renderPage('/p/default/e/production/live', answer({ ...connected, nodes }));
    const note = await screen.findByRole('alert');
    expect(note.textContent).toContain('2 of 3 nodes silent');
    expect(note.textContent).toContain(
      'b:7878 was last heard of 40 s ago: its programs are shown as they were.',
    );
    expect(note.textContent).toContain(
      'c:7878 was last heard of 3 min ago: its programs are not in this list.',
    );
  });

  it('holds still while it is paused', async () => {
    const user = userEvent.setup();
    renderPage('/p/default/e/production/live', answer(connected));
    await screen.findByRole('heading', { name: 'calendar 1.4.0' });
    await user.click(screen.getByRole('button', { name: 'Pause' }));
    expect(await screen.findByText('Paused')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Resume' }));
    expect(screen.queryByText('Paused')).toBeNull();
  });

  it('leads on to the wizard where nothing is connected', async () => {
    renderPage('/p/default/e/production/live', answer({ items: [], refused: [], nodes: [] }));
    expect(await screen.findByRole('link', { name: 'Connect an application' })).toBeTruthy();
  });
});
