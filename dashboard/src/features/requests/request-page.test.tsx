import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Proposal, Right } from '@/api/types';
import { forgetDrafts, getDraft } from '@/features/review';
import { actions } from '@/lib/rights';
import { flagServer } from '../../../tests/flag-fixture';
import { on, renderPage, renderWith } from '../../../tests/render';
import { conflict, request } from '../../../tests/request-fixture';

const address = '/p/default/change-requests/12';
const path = '/projects/default/change-requests/12';
const reads: Right = { place: '', actions: ['read'] };
const all: Right = { place: '', actions: [...actions] };

beforeEach(() => forgetDrafts());

const button = (name: string | RegExp) => screen.findByRole('button', { name });

describe('the page of a change request', () => {
  it('says who, what and why, and how far the approvals are', async () => {
    renderPage(address, on('GET', path, request()));
    expect(await screen.findByRole('heading', { level: 1, name: '#12 Everything red' })).toBeTruthy();
    const changes = screen.getByRole('list', { name: 'What it changes' });
    expect(within(changes).getByText('Flags.isHoliday in production: default false → true')).toBeTruthy();
    expect(screen.getByText('the holiday is near')).toBeTruthy();
    expect(screen.getByText('1 of 2, by ben@corp.example')).toBeTruthy();
    expect(screen.getByText('submitted it (version 1)')).toBeTruthy();
  });

  it('tells its author why they cannot approve it, and nobody publishes without the approvals', async () => {
    const { asked } = renderPage(address, on('GET', path, request()));
    const approve = await button('Approve');
    expect(approve.getAttribute('aria-disabled')).toBe('true');
    expect(approve.title).toBe('You have submitted it; somebody else has to approve it.');
    const publish = await button('Publish to PRODUCTION');
    expect(publish.title).toBe('Approvals are missing: 1 of 2 in Production.');
    await userEvent.click(publish);
    await userEvent.click(approve);
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(asked.every((one) => one.method === 'GET')).toBe(true);
  });

  it('lets somebody else approve the version that they read', async () => {
    const user = userEvent.setup();
    let body: unknown;
    const approved = request({
      approved: true,
      approvals: [{ environment: 'production', needed: 2, by: ['ben@corp.example', 'cleo'] }],
    });
    renderWith(
      [all],
      address,
      on('GET', path, () => (body ? approved : request({ version: 3 }))),
      on('POST', `${path}/approve`, async (sent: Request) => {
        body = await sent.json();
        return approved;
      }),
    );
    await user.click(await button('Approve'));
    const dialog = await screen.findByRole('dialog', { name: 'Approve version 3?' });
    await user.type(within(dialog).getByLabelText('Reason'), 'fine');
    await user.click(within(dialog).getByRole('button', { name: 'Approve' }));
    await waitFor(() => expect(body).toEqual({ version: 3, comment: 'fine' }));
    expect(await screen.findByText('ready to publish')).toBeTruthy();
    const publish = await button('Publish to PRODUCTION');
    expect(publish.getAttribute('aria-disabled')).toBeNull();
  });

  it('lets who only reads see everything and do nothing, with the reason', async () => {
    renderWith([reads], address, on('GET', path, request()));
    for (const name of ['Approve', 'Reject…', 'Publish to PRODUCTION', 'Schedule…', 'Edit', 'Comment']) {
      const refused = await button(name);
      expect(refused.getAttribute('aria-disabled')).toBe('true');
      expect(refused.title).not.toBe('');
    }
    expect((await button('Publish in an emergency…')).title).toMatch(/^You may not publish/);
  });

  it('goes past the approvals with a reason only', async () => {
    const user = userEvent.setup();
    let body: unknown;
    renderPage(
      address,
      on('GET', path, request()),
      on('POST', `${path}/publish`, async (sent: Request) => {
        body = await sent.json();
        return request({ state: 'published', revisions: { production: 813 } });
      }),
    );
    await user.click(await button('Publish in an emergency…'));
    const dialog = await screen.findByRole('dialog', { name: 'Publish past the approvals?' });
    const go = within(dialog).getByRole('button', { name: 'Publish to PRODUCTION now' });
    expect(go).toHaveProperty('disabled', true);
    await user.type(within(dialog).getByLabelText(/^Reason/), 'checkout is down');
    await user.click(go);
    await waitFor(() => expect(body).toEqual({ bypass: 'checkout is down' }));
  });

  it('merges what was changed on both sides as a new version, part by part', async () => {
    const user = userEvent.setup();
    let body: Proposal | undefined;
    renderPage(
      address,
      on('GET', path, () =>
        body ? request({ version: 2 }) : request({ items: [conflict()], conflicts: 1 }),
      ),
      on('PUT', path, async (sent: Request) => {
        body = (await sent.json()) as Proposal;
        return request({ version: 2 });
      }),
    );
    const section = await screen.findByRole('region', { name: 'Conflict' });
    expect(within(section).getByText(/ben@corp.example/)).toBeTruthy();
    expect((await button('Publish to PRODUCTION')).title).toMatch(/^It was changed on both sides/);
    const save = within(section).getByRole('button', { name: 'Save as version 2' });
    expect(save).toHaveProperty('disabled', true);
    // Only the default was touched by both; what is served when off comes from theirs.
    const choice = within(section).getByRole('group', { name: 'otherwise' });
    expect(within(section).getAllByRole('group')).toHaveLength(1);
    await user.click(within(choice).getByRole('radio', { name: /^Proposed/ }));
    await user.click(save);
    await waitFor(() => expect(body).toBeDefined());
    expect(body?.expect).toEqual({ production: 812, development: 40 });
    expect(body?.document?.flags?.['Flags.isHoliday']?.environments?.production).toMatchObject({
      off: 'true',
      default: 'true',
    });
    expect(await screen.findByText('version 2')).toBeTruthy();
  });

  it('offers a draft to be opened, discarded or edited, and nothing else', async () => {
    const user = userEvent.setup();
    const draft = request({ state: 'draft', approvals: [] });
    renderPage(address, on('GET', path, draft), ...flagServer().handlers);
    expect(await button('Open for review')).toBeTruthy();
    expect(await button('Discard…')).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Approve' })).toBeNull();
    await user.click(await button('Edit'));
    expect(await screen.findByText(/from change request #12/)).toBeTruthy();
    expect(getDraft('default', 'production')?.request).toEqual({ number: 12, title: 'Everything red' });
  });

  it('says that there is no such change request', async () => {
    renderPage(address);
    expect(await screen.findByText('There is no change request 12 in Shop web')).toBeTruthy();
  });
});
