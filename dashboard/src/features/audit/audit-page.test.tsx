import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { change } from '../../../tests/flag-fixture';
import { json, on, renderPage } from '../../../tests/render';

const address = '/p/default/e/production/audit';
const sound = on('GET', '/projects/default/changes/verify', { ok: true, checked: 12 });

describe('the audit log', () => {
  it('says in a sentence who changed what, and shows the fields on demand', async () => {
    const user = userEvent.setup();
    renderPage(address, sound, on('GET', '/projects/default/changes', { items: [change()] }));
    expect(await screen.findByText('Flags.isHoliday in production: default code → false')).toBeTruthy();
    expect(await screen.findByText(/chain verified, 12 entries/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Diff' }));
    expect(screen.getByRole('rowheader', { name: 'default' })).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Export' }));
    const all = await screen.findByRole('menuitem', { name: 'All as NDJSON, which can be verified' });
    expect(all.getAttribute('href')).toBe('/api/v1/projects/default/changes/export?format=ndjson');
    expect(screen.queryByText('What the filters leave')).toBeNull();
  });

  it('exports what the filters leave, and tells what an erasure has rewritten', async () => {
    const user = userEvent.setup();
    const items = [change({ erased: true })];
    renderPage(`${address}?who=ben&env=production`, sound, on('GET', '/projects/default/changes', { items }));
    expect(await screen.findByText(/^Rewritten since by an erasure/)).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Export' }));
    const table = await screen.findByRole('menuitem', { name: 'CSV, for a spreadsheet' });
    expect(table.getAttribute('href')).toBe(
      '/api/v1/projects/default/changes/export?format=csv&actor=ben&environment=production',
    );
    expect(table.getAttribute('download')).toBe('default-audit-part.csv');
  });

  it('gathers what one publish changed', async () => {
    const items = [change({ id: 9 }), change({ id: 8 }), change({ id: 7, requestId: 'other' })];
    renderPage(address, sound, on('GET', '/projects/default/changes', { items }));
    expect(await screen.findByRole('list', { name: '2 changes published together' })).toBeTruthy();
  });

  it('keeps its filters in the address', async () => {
    const user = userEvent.setup();
    const { asked } = renderPage(
      `${address}?who=ben`,
      sound,
      on('GET', '/projects/default/changes', { items: [] }),
    );
    expect(await screen.findByText('No change fits these filters')).toBeTruthy();
    await user.selectOptions(screen.getByRole('combobox', { name: 'Kind' }), 'experiment');
    await waitFor(() => expect(window.location.search).toContain('kind=experiment'));
    await waitFor(() =>
      expect(
        asked.some((request) => request.url.includes('actor=ben') && request.url.includes('kind=experiment')),
      ).toBe(true),
    );
  });

  it('takes an environment back after showing what that changes', async () => {
    const user = userEvent.setup();
    const bodies: unknown[] = [];
    const item = {
      kind: 'configuration',
      object: 'Flags.isHoliday',
      environment: 'production',
      action: 'update',
      sentences: ['Flags.isHoliday in production: default true → false'],
      diff: [{ path: 'default', before: 'true', after: 'false' }],
      moves: [],
    };
    const rollback = on(
      'POST',
      '/projects/default/environments/production/rollback',
      async (request: Request) => {
        bodies.push({ ...(await request.json()), match: request.headers.get('If-Match') });
        return {
          changed: true,
          plan: [item],
          kept: [
            {
              ...item,
              kind: 'target_group',
              object: 'beta',
              sentences: ['target group beta: alice included'],
            },
          ],
          revisions: { production: 814 },
          warnings: [],
        };
      },
    );
    const items = [change({ id: 9, revisions: { production: 814 }, requestId: 'r9' }), change({ id: 8 })];
    renderPage(
      `${address}?env=production`,
      sound,
      rollback,
      on('GET', '/projects/default/changes', { items }),
    );
    await user.click(await screen.findByRole('button', { name: 'Back to revision 813' }));
    expect(screen.queryByRole('button', { name: 'Back to revision 814' })).toBeNull();
    expect((await screen.findByRole('list', { name: 'What changes' })).textContent).toContain(
      'default true → false',
    );
    expect(screen.getByRole('list', { name: 'What stays' }).textContent).toContain('alice included');
    await user.click(screen.getByRole('button', { name: 'Roll back in PRODUCTION' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(bodies[0]).toMatchObject({ revision: 813, dryRun: true, match: null });
    expect(bodies.find((body) => !(body as { dryRun?: boolean }).dryRun)).toEqual({
      revision: 813,
      shared: false,
      match: '"814"',
    });
  });

  it('proposes to take a protected environment back, or in an emergency does it at once', async () => {
    const user = userEvent.setup();
    const bodies: Record<string, unknown>[] = [];
    const rollback = on(
      'POST',
      '/projects/default/environments/production/rollback',
      async (request: Request) => {
        bodies.push(await request.json());
        const plan = [
          { kind: 'configuration', object: 'Flags.isHoliday', sentences: ['default'], diff: [], moves: [] },
        ];
        return {
          changed: true,
          plan,
          kept: [],
          revisions: { production: 814 },
          review: { production: 2 },
          warnings: [],
        };
      },
    );
    const proposals: unknown[] = [];
    const propose = on('POST', '/projects/default/change-requests', async (request: Request) => {
      proposals.push(await request.json());
      return json({ number: 7 }, 201);
    });
    const items = [change({ id: 9, revisions: { production: 814 }, requestId: 'r9' }), change({ id: 8 })];
    renderPage(
      `${address}?env=production`,
      sound,
      rollback,
      propose,
      on('GET', '/projects/default/changes', { items }),
    );
    await user.click(await screen.findByRole('button', { name: 'Back to revision 813' }));
    expect(
      await screen.findByText('This needs 2 approvals in Production: it becomes a change request.'),
    ).toBeTruthy();
    await user.click(screen.getByRole('checkbox', { name: 'Roll back now, past the approvals' }));
    const now = screen.getByRole('button', { name: 'Roll back in PRODUCTION now' });
    expect(now).toHaveProperty('disabled', true);
    await user.type(screen.getByLabelText(/^Reason/), 'checkout is down');
    await user.click(now);
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(bodies.find((body) => !body.dryRun)).toEqual({
      revision: 813,
      shared: false,
      bypass: 'checkout is down',
    });
    expect(proposals).toEqual([]);

    await user.click(screen.getByRole('button', { name: 'Back to revision 813' }));
    await user.type(await screen.findByLabelText('Reason'), 'it was better');
    await user.click(await screen.findByRole('button', { name: 'Request review' }));
    await waitFor(() => expect(window.location.pathname).toBe('/p/default/change-requests/7'));
    expect(proposals).toEqual([
      {
        title: 'Roll Production back to revision 813',
        comment: 'it was better',
        rollback: { environment: 'production', revision: 813, shared: false },
      },
    ]);
  });

  it('compares any two revisions that are picked', async () => {
    const user = userEvent.setup();
    const at = (revision: number) => ({ revision, at: '2026-11-24T14:00:00Z' });
    const differs = {
      kind: 'configuration',
      object: 'Flags.isHoliday',
      environment: 'production',
      action: 'update',
      sentences: ['Flags.isHoliday in production: default true → false'],
      diff: [{ path: 'default', before: 'true', after: 'false' }],
      moves: [],
    };
    const items = [815, 814, 813].map((revision) =>
      change({ id: revision, revisions: { production: revision }, requestId: `r${revision}` }),
    );
    const { asked } = renderPage(
      `${address}?env=production`,
      sound,
      on('GET', '/projects/default/changes', { items }),
      on('GET', '/projects/default/environments/production/compare', {
        from: at(813),
        to: at(814),
        changes: [differs],
      }),
    );
    await user.click(await screen.findByRole('checkbox', { name: 'Compare revision 815' }));
    expect(screen.getByText(/Pick another to compare/)).toBeTruthy();
    expect(screen.getByRole('link', { name: 'The project as it was' }).getAttribute('href')).toBe(
      '/api/v1/projects/default/export?environment=production&revision=815&format=yaml',
    );
    expect(screen.getByRole('link', { name: 'What it served' }).getAttribute('href')).toBe(
      '/p/default/e/production/why?revision=%22815%22',
    );
    expect(screen.getByRole('button', { name: 'Compare' })).toHaveProperty('disabled', true);
    await user.click(screen.getByRole('checkbox', { name: 'Compare revision 814' }));
    await user.click(screen.getByRole('checkbox', { name: 'Compare revision 813' }));
    expect(screen.getByText('Revisions 813 and 814 of PRODUCTION are picked.')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Compare' }));
    const found = await screen.findByRole('list', { name: 'What differs' });
    expect(found.textContent).toContain('default true → false');
    expect(asked.some((request) => request.url.includes('from=813&to=814'))).toBe(true);
  });

  it('raises the alarm where the chain is broken', async () => {
    const broken = on('GET', '/projects/default/changes/verify', { ok: false, checked: 12, brokenAt: 5 });
    renderPage(address, broken, on('GET', '/projects/default/changes', { items: [change()] }));
    expect(await screen.findByText('The log was altered at entry 5')).toBeTruthy();
    expect(screen.queryByText(/chain verified/)).toBeNull();
  });
});
