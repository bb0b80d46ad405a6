import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { ChangeRequest } from '@/api/types';
import { json, on, renderPage } from '../../../tests/render';
import { request } from '../../../tests/request-fixture';

const list = '/p/default/change-requests';
const all = '/projects/default/change-requests';

/** Answers each state's list; what is asked for is told. */
const lists = (byState: Record<string, ChangeRequest[]>) =>
  on('GET', all, (asked: Request) => {
    const query = new URL(asked.url).searchParams;
    const items = byState[query.get('scheduled') === 'true' ? 'scheduled' : (query.get('state') ?? '')];
    return { items: items ?? [] };
  });

describe('the list of change requests', () => {
  it('says of each who, what, where, how far and when', async () => {
    renderPage(list, lists({ open: [request()] }));
    const row = (await screen.findByRole('link', { name: 'Everything red' })).closest('tr') as HTMLElement;
    for (const text of ['#12', 'ann@corp.example', 'PRODUCTION', '1 of 2', 'needs approval']) {
      expect(within(row).getByText(text)).toBeTruthy();
    }
    expect(within(row).getByRole('link', { name: 'Everything red' }).getAttribute('href')).toBe(`${list}/12`);
  });

  it('has a tab for each way that one can be, and one for what is pending', async () => {
    const user = userEvent.setup();
    const later = new Date(2030, 11, 24, 0, 0).getTime();
    renderPage(
      list,
      lists({
        rejected: [request({ number: 3, title: 'No', state: 'rejected' })],
        withdrawn: [request({ number: 4, title: 'Never mind', state: 'withdrawn' })],
        scheduled: [request({ number: 5, title: 'At Christmas', publishAt: later, approved: true })],
      }),
    );
    expect(await screen.findByText('Nothing under “Open”')).toBeTruthy();
    await user.click(screen.getByRole('tab', { name: 'Closed' }));
    const links = await screen.findAllByRole('link', { name: /^(No|Never mind)$/ });
    expect(links.map((link) => link.textContent)).toEqual(['Never mind', 'No']);
    await user.click(screen.getByRole('tab', { name: 'Scheduled' }));
    expect(await screen.findByText('at 2030-12-24 00:00')).toBeTruthy();
    expect(screen.getByText('scheduled')).toBeTruthy();
  });

  it('filters by person and environment, and clears the filters', async () => {
    const user = userEvent.setup();
    renderPage(
      `${list}?env=development`,
      lists({ open: [request(), request({ number: 13, title: 'Blue', environments: ['development'] })] }),
    );
    expect(await screen.findByRole('link', { name: 'Blue' })).toBeTruthy();
    expect(screen.queryByRole('link', { name: 'Everything red' })).toBeNull();
    await user.type(screen.getByLabelText('Proposed by'), 'zoe');
    expect(await screen.findByText('No change request fits these filters')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Clear the filters' }));
    expect(await screen.findByRole('link', { name: 'Everything red' })).toBeTruthy();
  });

  it('shows an error with its way out, and no empty state beside it', async () => {
    let broken = true;
    renderPage(
      list,
      on('GET', all, () =>
        broken ? json({ title: 'Away', status: 400, detail: 'Away.' }, 400) : { items: [] },
      ),
    );
    expect(await screen.findByText('The change requests could not be loaded')).toBeTruthy();
    expect(screen.queryByText('Nothing under “Open”')).toBeNull();
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Retry' }));
    await waitFor(() => expect(screen.queryByText('Nothing under “Open”')).not.toBeNull());
  });
});
