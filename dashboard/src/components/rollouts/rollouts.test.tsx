import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import type { Rollout } from '@/api/types';
import { flagServer, isHoliday, launch } from '../../../tests/flag-fixture';
import { on, problem, project, renderPage, renderWith } from '../../../tests/render';

const address = '/p/default/e/production/flags/Flags.isHoliday';
const minute = 60_000;

/** Ann's rollout 3, at the second of three steps. */
const rollout = (over: Partial<Rollout> = {}): Rollout => ({
  number: 3,
  state: 'running',
  environment: 'production',
  flag: 'Flags.isHoliday',
  variation: 'true',
  rest: 'false',
  made: 2,
  nextAt: Date.now() + 119 * minute,
  author: { kind: 'member', name: 'ann@corp.example' },
  createdAt: Date.now() - 60 * minute,
  updatedAt: Date.now() - 30 * minute,
  steps: [
    { percent: 10, wait: 30 * minute, at: Date.now() - 60 * minute, revision: 811 },
    { percent: 25, wait: 120 * minute, at: Date.now() - 30 * minute, revision: 812 },
    { percent: 100 },
  ],
  ...over,
});

const list = (...items: Rollout[]) => on('GET', '/projects/default/rollouts', { items });

/** Keeps the bodies of what was posted to a path. */
function posted(path: string, answer: unknown) {
  const bodies: unknown[] = [];
  const handler = on('POST', `/projects/default/${path}`, async (request: Request) => {
    bodies.push(await request.json());
    return answer;
  });
  return { handler, bodies };
}

const panel = () => screen.findByRole('region', { name: /^Rollout 3:/ });

describe('the timeline of a rollout', () => {
  it('shows the steps, where it is, what comes next and who began it', async () => {
    const { asked } = renderPage(address, list(rollout()), ...flagServer().handlers);
    const shown = await panel();
    const steps = within(within(shown).getByRole('list', { name: 'Steps' })).getAllByRole('listitem');
    expect(steps.map((step) => step.textContent)).toEqual([
      '10 %made 1 h ago',
      '25 %made 30 min ago',
      '100 %in 2 h',
    ]);
    expect(steps.map((step) => step.getAttribute('aria-current'))).toEqual([null, 'step', null]);
    expect(shown.textContent).toContain('by ann@corp.example');
    expect(shown.textContent).toContain('Next: 100 % in 2 h');
    const query = new URL(asked.find((request) => request.url.includes('/rollouts'))?.url ?? '').searchParams;
    expect(Object.fromEntries(query)).toEqual({
      flag: 'Flags.isHoliday',
      environment: 'production',
      limit: '1',
    });
  });

  it('is not there where nothing was rolled out, or long ago', async () => {
    const first = renderPage(address, ...flagServer().handlers);
    await screen.findByRole('combobox', { name: 'Otherwise serve' });
    expect(screen.queryByRole('region', { name: /^Rollout/ })).toBeNull();
    first.unmount();
    const old = rollout({ state: 'done', made: 3, updatedAt: Date.now() - 25 * 60 * minute });
    renderPage(address, list(old), ...flagServer().handlers);
    await screen.findByRole('combobox', { name: 'Otherwise serve' });
    expect(screen.queryByRole('region', { name: /^Rollout/ })).toBeNull();
  });

  it('says what went wrong when it cannot be loaded, and asks again', async () => {
    const user = userEvent.setup();
    let away = true;
    const broken = on('GET', '/projects/default/rollouts', () =>
      away ? problem(400, 'away', 'Away.') : { items: [rollout()] },
    );
    renderPage(address, broken, ...flagServer().handlers);
    await screen.findByText('The rollout could not be loaded');
    away = false;
    await user.click(screen.getByRole('button', { name: 'Retry' }));
    expect(await panel()).toBeTruthy();
  });

  it('says why it is paused, and resumes with a reason', async () => {
    const user = userEvent.setup();
    const paused = rollout({
      state: 'paused',
      nextAt: undefined,
      remaining: 12 * minute,
      problem: 'ben@corp.example changed it by hand, revision 813',
    });
    const resume = posted('rollouts/3/resume', rollout());
    renderPage(address, list(paused), resume.handler, ...flagServer().handlers);
    const shown = await panel();
    expect(shown.textContent).toContain('ben@corp.example changed it by hand, revision 813.');
    expect(shown.textContent).toContain('the next step comes after 12 min');
    expect(within(shown).queryByRole('button', { name: 'Pause' })).toBeNull();
    await user.click(within(shown).getByRole('button', { name: 'Resume' }));
    const confirm = await screen.findByRole('dialog', { name: 'Resume rollout 3?' });
    await user.type(within(confirm).getByLabelText('Reason'), 'looks good');
    await user.click(within(confirm).getByRole('button', { name: 'Resume in PRODUCTION' }));
    await waitFor(() => expect(resume.bodies).toEqual([{ comment: 'looks good' }]));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  it.each([
    ['Pause', 'Pause rollout 3?', 'pause'],
    ['Next step now', 'Raise to 100 % now?', 'advance'],
    ['Stop', 'Stop rollout 3?', 'stop'],
    ['Roll back all', 'Roll back rollout 3?', 'rollback'],
  ])('%s is done with the keyboard, after one confirm', async (label, title, action) => {
    const user = userEvent.setup();
    const done = posted(`rollouts/3/${action}`, rollout());
    renderPage(address, list(rollout()), done.handler, ...flagServer().handlers);
    within(await panel())
      .getByRole('button', { name: label })
      .focus();
    await user.keyboard('{Enter}');
    const confirm = await screen.findByRole('dialog', { name: title });
    within(confirm)
      .getByRole('button', { name: `${label} in PRODUCTION` })
      .focus();
    await user.keyboard('{Enter}');
    await waitFor(() => expect(done.bodies).toEqual([{}]));
  });

  it('keeps the confirm open and says why when the server refuses', async () => {
    const user = userEvent.setup();
    const refused = on('POST', '/projects/default/rollouts/3/rollback', () =>
      problem(409, 'rollout_overtaken', 'ben changed what the rollout 3 left.'),
    );
    renderPage(address, list(rollout()), refused, ...flagServer().handlers);
    await user.click(within(await panel()).getByRole('button', { name: 'Roll back all' }));
    const confirm = await screen.findByRole('dialog', { name: 'Roll back rollout 3?' });
    await user.click(within(confirm).getByRole('button', { name: 'Roll back all in PRODUCTION' }));
    expect(await within(confirm).findByText(/ben changed what the rollout 3 left/)).toBeTruthy();
  });

  it('lets who may only switch off pause and roll back, and says why not the rest', async () => {
    const rights = [
      { place: 'default', actions: ['read'] },
      { place: 'default/production', actions: ['off'] },
    ] as Parameters<typeof renderWith>[0];
    renderWith(rights, address, list(rollout()), ...flagServer().handlers);
    const shown = await panel();
    const refused = (name: string) =>
      within(shown).getByRole('button', { name }).getAttribute('aria-disabled') === 'true';
    expect(['Pause', 'Next step now', 'Stop', 'Roll back all'].map(refused)).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(within(shown).getByRole('button', { name: 'Pause' }).matches(':disabled')).toBe(false);
    const start = screen.getByRole('button', { name: 'Roll out gradually…' });
    expect(start.title).toMatch(/^You may not make and change flags/);
  });

  it('of one that is done offers only to roll back, and of one rolled back nothing', async () => {
    const done = rollout({ state: 'done', made: 3, nextAt: undefined });
    const first = renderPage(address, list(done), ...flagServer().handlers);
    const names = within(await panel())
      .getByRole('group')
      .querySelectorAll('button');
    expect([...names].map((item) => item.textContent)).toEqual(['Roll back all']);
    first.unmount();
    renderPage(address, list({ ...done, state: 'rolled_back' }), ...flagServer().handlers);
    expect(within(await panel()).queryByRole('group')).toBeNull();
  });

  it('stands on the page of an experiment', async () => {
    const arms = [{ name: 'a', share: 5, flags: { 'Flags.isHoliday': 'true' } }, { share: 95 }];
    const one = on('GET', '/projects/default/experiments/holiday-launch', {
      ...launch,
      serve: undefined,
      arms,
    });
    const raised = rollout({
      flag: undefined,
      variation: undefined,
      rest: undefined,
      experiment: 'holiday-launch',
    });
    const { asked } = renderPage(
      '/p/default/e/production/experiments/holiday-launch',
      one,
      list(raised),
      ...flagServer().handlers,
    );
    expect((await panel()).textContent).toContain('the share of units in it');
    expect(asked.some((request) => request.url.includes('experiment=holiday-launch'))).toBe(true);
  });
});

describe('to begin a rollout', () => {
  async function open(user: ReturnType<typeof userEvent.setup>) {
    await user.click(await screen.findByRole('button', { name: 'Roll out gradually…' }));
    return screen.findByRole('dialog', { name: 'Roll out Flags.isHoliday gradually' });
  }

  it('takes the steps of a preset, edited, and says what will happen', async () => {
    const user = userEvent.setup();
    const start = posted('rollouts', rollout());
    renderPage(address, start.handler, ...flagServer().handlers);
    const dialog = await open(user);
    await user.click(within(dialog).getByRole('button', { name: '1, 10, 50, 100 % a day apart' }));
    await user.click(within(dialog).getByRole('button', { name: 'Remove step 2' }));
    const share = within(dialog).getByLabelText('Share of step 1');
    await user.clear(share);
    await user.type(share, '2.5');
    await user.selectOptions(within(dialog).getByLabelText('Unit of the wait after step 1'), 'h');
    await user.type(within(dialog).getByLabelText('Comment'), 'for the holidays');
    expect(within(dialog).getByRole('status').textContent).toBe(
      '2.5 % get true at once, 100 % after 1 d 1 h. Whoever has it keeps it. The others get false from the first step on.',
    );
    await user.click(within(dialog).getByRole('button', { name: 'Begin in PRODUCTION' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(start.bodies).toEqual([
      {
        flag: 'Flags.isHoliday',
        environment: 'production',
        variation: 'true',
        rest: 'false',
        steps: [{ percent: 2.5, wait: 3_600_000 }, { percent: 50, wait: 86_400_000 }, { percent: 100 }],
        comment: 'for the holidays',
      },
    ]);
  });

  it('raises what a rule serves, by the unit of its split', async () => {
    const user = userEvent.setup();
    const start = posted('rollouts', rollout());
    const configured = on('GET', '/projects/default/flags/Flags.isHoliday', {
      ...isHoliday,
      configurations: {
        development: null,
        production: {
          enabled: true,
          off: 'false',
          prerequisites: [],
          targets: {},
          rules: [{ id: 'beta', when: {}, serve: { true: 5, false: 95 }, by: 'account.id' }],
          default: 'false',
        },
      },
    });
    renderPage(address, configured, start.handler, ...flagServer().handlers);
    const dialog = await open(user);
    await user.selectOptions(within(dialog).getByLabelText('For'), 'beta');
    expect(within(dialog).getByLabelText('Unit')).toHaveProperty('value', 'account.id');
    expect(within(dialog).queryByLabelText('The others get')).toBeNull();
    await user.click(within(dialog).getByRole('button', { name: 'Begin in PRODUCTION' }));
    await waitFor(() => expect(start.bodies).toHaveLength(1));
    expect(start.bodies[0]).toMatchObject({ variation: 'true', rule: 'beta' });
    expect(start.bodies[0]).not.toHaveProperty('by');
  });

  it('says beside the fields what is wrong, before and after the server has seen it', async () => {
    const user = userEvent.setup();
    const refused = on('POST', '/projects/default/rollouts', () =>
      problem(422, 'rollout_invalid', 'The rollout is not well formed.', [
        { field: 'variation', message: "is not one of the flag's" },
        { field: 'body.steps[1].wait', message: 'waits too long' },
      ]),
    );
    renderPage(address, refused, ...flagServer().handlers);
    const dialog = await open(user);
    const share = within(dialog).getByLabelText('Share of step 2');
    await user.clear(share);
    await user.type(share, '5');
    expect(within(dialog).getByText('More than the step before.')).toBeTruthy();
    const begin = within(dialog).getByRole('button', { name: 'Begin in PRODUCTION' });
    expect(begin).toHaveProperty('disabled', true);
    await user.clear(share);
    await user.type(share, '20');
    await user.click(begin);
    expect((await within(dialog).findByText('waits too long')).closest('[role=alert]')).toBeTruthy();
    const raise = within(dialog).getByLabelText('Raise');
    expect(raise.getAttribute('aria-invalid')).toBe('true');
    expect(within(dialog).queryByText('The rollout was not begun')).toBeNull();
  });

  it('where approvals are needed proposes a change request, and links to it', async () => {
    const user = userEvent.setup();
    const [production, development] = project.environments;
    const guarded = on('GET', '/projects/default', {
      ...project,
      environments: [{ ...production, approvals: 1 }, development],
    });
    const request = posted('change-requests', { number: 12 });
    renderPage(address, guarded, request.handler, ...flagServer().handlers);
    const dialog = await open(user);
    expect(dialog.textContent).toContain('This needs 1 approval in Production');
    await user.click(within(dialog).getByRole('button', { name: 'Request review' }));
    const link = await within(dialog).findByRole('link', { name: 'Open change request #12' });
    expect(link.getAttribute('href')).toBe('/p/default/change-requests/12');
    expect(request.bodies[0]).toMatchObject({
      title: expect.stringMatching(/^Roll out true of Flags.isHoliday gradually: 10 %/),
      rollout: { flag: 'Flags.isHoliday', environment: 'production', variation: 'true', rest: 'false' },
    });
  });

  it('proposes when the environment was protected meanwhile', async () => {
    const user = userEvent.setup();
    const needs = on('POST', '/projects/default/rollouts', () =>
      problem(409, 'review_required', 'It needs approval.'),
    );
    renderPage(address, needs, ...flagServer().handlers);
    const dialog = await open(user);
    await user.click(within(dialog).getByRole('button', { name: 'Begin in PRODUCTION' }));
    expect(await within(dialog).findByRole('button', { name: 'Request review' })).toBeTruthy();
  });

  it('is refused, with the reason, while one is live', async () => {
    renderPage(address, list(rollout()), ...flagServer().handlers);
    await panel();
    expect(screen.getByRole('button', { name: 'Roll out gradually…' }).title).toBe(
      'It has the rollout 3, which is running; stop that one first.',
    );
  });
});
