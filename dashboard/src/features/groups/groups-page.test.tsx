import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetDrafts } from '@/features/review';
import { flagServer } from '../../../tests/flag-fixture';
import { on, problem, renderPage } from '../../../tests/render';

beforeEach(() => forgetDrafts());

describe('target groups', () => {
  it('are listed with what uses them', async () => {
    renderPage('/p/default/e/production/groups', ...flagServer().handlers);
    expect(await screen.findByRole('link', { name: 'beta-testers' })).toBeTruthy();
    expect(screen.getByText('1 object in 1 environment')).toBeTruthy();
  });

  it('take a pasted list, kept as a draft', async () => {
    const user = userEvent.setup();
    const { handlers, applied } = flagServer();
    renderPage('/p/default/e/production/groups/beta-testers', ...handlers);
    await user.click(await screen.findByRole('textbox', { name: /Never in/ }));
    await user.paste('mallory, trudy\neve');
    await waitFor(() =>
      expect(applied.at(-1)?.document?.targetGroups?.['beta-testers']).toEqual({
        include: ['alice'],
        exclude: ['mallory', 'trudy', 'eve'],
        when: { plan: { in: ['pro'] } },
      }),
    );
  });

  it('begin as a draft and can be filled before they are published', async () => {
    const user = userEvent.setup();
    renderPage('/p/default/e/production/groups?new=empty', ...flagServer().handlers);
    const dialog = await screen.findByRole('dialog', { name: 'New target group' });
    await user.type(within(dialog).getByLabelText('Name'), 'staff');
    await user.click(within(dialog).getByRole('button', { name: 'Say who is in it' }));
    expect(await screen.findByText('not published yet')).toBeTruthy();
  });

  it('are not deleted while something uses them, and say what', async () => {
    const user = userEvent.setup();
    const refuse = on('DELETE', '/projects/default/groups/beta-testers', () =>
      problem(409, 'group_in_use', 'beta-testers is used by Flags.isHoliday in production.'),
    );
    renderPage('/p/default/e/production/groups/beta-testers', refuse, ...flagServer().handlers);
    await user.click(await screen.findByRole('button', { name: 'Delete' }));
    const confirm = await screen.findByRole('dialog', { name: 'Delete the target group beta-testers?' });
    expect(within(confirm).getByRole('link', { name: 'Flags.isHoliday' })).toBeTruthy();
    await user.click(within(confirm).getByRole('button', { name: 'Delete in every environment' }));
    expect(await within(confirm).findByText(/is used by Flags.isHoliday in production/)).toBeTruthy();
  });
});
