import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetDrafts } from '@/features/review';
import { flagServer, launch } from '../../../tests/flag-fixture';
import { on, renderPage } from '../../../tests/render';

beforeEach(() => forgetDrafts());

describe('experiments', () => {
  it('set a flag to true for everyone in four clicks from the flag page', async () => {
    const user = userEvent.setup();
    const { handlers, applied } = flagServer();
    renderPage('/p/default/e/production/flags/Flags.isHoliday', ...handlers);
    await user.click(await screen.findByRole('link', { name: 'New experiment' }));
    const dialog = await screen.findByRole('dialog', { name: 'New experiment' });
    await user.click(await within(dialog).findByRole('button', { name: 'true' }));
    await user.click(within(dialog).getByRole('button', { name: 'Start in PRODUCTION' }));
    const publish = await screen.findByRole('button', { name: 'Publish to PRODUCTION' });
    await waitFor(() => expect(publish).toHaveProperty('disabled', false));
    await user.click(publish);
    expect(await screen.findByText('Revision 813')).toBeTruthy();
    expect(applied.find((request) => !request.dryRun)?.document?.experiments).toEqual({
      'is-holiday-true': {
        environment: 'production',
        state: 'running',
        order: 100,
        serve: { 'Flags.isHoliday': 'true' },
      },
    });
  });

  it('say what is missing before they can start', async () => {
    renderPage('/p/default/e/production/experiments?new=set', ...flagServer().handlers);
    const dialog = await screen.findByRole('dialog', { name: 'New experiment' });
    expect(await within(dialog).findByText('Choose a value of Flags.isHoliday.')).toBeTruthy();
    expect(within(dialog).getByRole('button', { name: 'Start in PRODUCTION' })).toHaveProperty(
      'disabled',
      true,
    );
  });

  it('are stopped at once, with a reason', async () => {
    const user = userEvent.setup();
    let body: unknown;
    const list = on('GET', '/projects/default/experiments', { items: [launch] });
    const stop = on('POST', '/projects/default/experiments/holiday-launch/stop', async (request: Request) => {
      body = await request.json();
      return { ...launch, state: 'stopped' };
    });
    renderPage('/p/default/e/production/experiments', list, stop, ...flagServer().handlers);
    await user.click(await screen.findByRole('button', { name: 'Stop holiday-launch' }));
    const confirm = await screen.findByRole('dialog', { name: 'Stop holiday-launch?' });
    await user.click(within(confirm).getByRole('button', { name: 'Stop in PRODUCTION' }));
    await waitFor(() => expect(body).toEqual({}));
  });

  it('keep an edit of a running one as a draft until it is reviewed', async () => {
    const user = userEvent.setup();
    const { handlers, applied } = flagServer();
    const one = on('GET', '/projects/default/experiments/holiday-launch', launch);
    renderPage('/p/default/e/production/experiments/holiday-launch', one, ...handlers);
    await user.click(await screen.findByRole('button', { name: 'false' }));
    await user.click(screen.getAllByRole('button', { name: 'Review change' })[0] as HTMLElement);
    await waitFor(() =>
      expect(applied.at(-1)?.document?.experiments?.['holiday-launch']).toMatchObject({
        state: 'running',
        serve: { 'Flags.isHoliday': 'false' },
      }),
    );
  });

  it('tell what they are where there is none', async () => {
    renderPage('/p/default/e/production/experiments', ...flagServer().handlers);
    expect(await screen.findByText('No experiment in PRODUCTION yet')).toBeTruthy();
  });
});
