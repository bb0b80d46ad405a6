import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Receipt } from '@/api/types';
import { change } from '../../../tests/flag-fixture';
import { on, problem, renderPage } from '../../../tests/render';

const address = '/p/default/e/production/audit';
const path = '/projects/default/environments/production/revisions/813/receipts';
const stale: Receipt = {
  revision: 813,
  state: 'stale',
  committedAt: 1,
  expected: 3,
  applied: 2,
  slowestMs: 310,
  stale: 1,
  staleSince: Date.now(),
  staleInstances: [
    {
      application: 'calendar',
      version: '1.4.0',
      sdk: 'go/0.1.0',
      instance: 'feedbeef01234567',
      address: '10.0.0.7',
      applied: 812,
      since: Date.now(),
      lastSeenAt: Date.now(),
      connected: false,
    },
  ],
};
const log = [
  on('GET', '/projects/default/changes/verify', { ok: true, checked: 2 }),
  on('GET', '/projects/default/changes', { items: [change({ id: 8 }), change({ id: 7 })] }),
];

describe('the receipt of a change', () => {
  it('stands once for a publish, and lists who is stale', async () => {
    const user = userEvent.setup();
    renderPage(address, ...log, on('GET', path, stale));
    expect(
      await screen.findAllByText(/^applied by 2 of 3 instances, slowest 310 ms, 1 stale since/),
    ).toHaveLength(1);
    const which = screen.getByRole('button', { name: 'Which instances are stale at revision 813' });
    expect(which.getAttribute('aria-expanded')).toBe('false');
    await user.click(which);
    const table = within(screen.getByRole('table', { name: 'Stale at revision 813' }));
    expect(table.getByText('calendar 1.4.0')).toBeTruthy();
    expect(table.getByText('812')).toBeTruthy();
    expect(table.getByText(/not connected/)).toBeTruthy();
  });

  it('says so where it cannot be asked, and asks again', async () => {
    const user = userEvent.setup();
    let fails = true;
    renderPage(
      address,
      ...log,
      on('GET', path, () => (fails ? problem(403, 'forbidden', 'Not yours to read') : stale)),
    );
    expect(await screen.findByText(/could not be asked: Not yours to read/)).toBeTruthy();
    fails = false;
    await user.click(screen.getByRole('button', { name: 'Retry' }));
    expect(await screen.findByText(/^applied by 2 of 3 instances/)).toBeTruthy();
  });
});
