import { screen, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import type { Rollout } from '@/api/types';
import { on, problem, renderPage } from '../../../tests/render';

const paused: Rollout = {
  number: 3,
  state: 'paused',
  environment: 'production',
  flag: 'Flags.isHoliday',
  variation: 'true',
  made: 1,
  remaining: 720_000,
  paused: {
    at: Date.now() - 300_000,
    actor: { kind: 'member', name: 'ben@corp.example' },
    comment: 'errors rise',
  },
  author: { kind: 'member', name: 'ann@corp.example' },
  createdAt: Date.now() - 3_600_000,
  updatedAt: Date.now() - 300_000,
  steps: [{ percent: 10, wait: 1_800_000, at: Date.now() - 3_600_000, revision: 811 }, { percent: 100 }],
};

describe('the page of a rollout', () => {
  it('says what it raises, who paused it and why', async () => {
    renderPage('/p/default/rollouts/3', on('GET', '/projects/default/rollouts/3', paused));
    const shown = await screen.findByRole('region', { name: /^Rollout 3:/ });
    expect(shown.textContent).toContain(
      'ben@corp.example paused it 5 min ago: “errors rise” When it is resumed, the next step comes after 12 min.',
    );
    expect(within(shown).getByRole('button', { name: 'Resume' })).toBeTruthy();
    expect(screen.getByRole('link', { name: 'Flags.isHoliday' }).getAttribute('href')).toBe(
      '/p/default/e/production/flags/Flags.isHoliday',
    );
  });

  it('says that there is none', async () => {
    const none = on('GET', '/projects/default/rollouts/9', () => problem(404, 'rollout_not_found', 'None.'));
    renderPage('/p/default/rollouts/9', none);
    expect(await screen.findByText('There is no rollout 9')).toBeTruthy();
  });
});
