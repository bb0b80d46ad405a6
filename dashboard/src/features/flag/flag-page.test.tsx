import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { forgetDrafts } from '@/features/review';
import { change, flagServer, isHoliday, launch, plan } from '../../../tests/flag-fixture';
import { json, on, problem, project, renderPage, renderWith } from '../../../tests/render';

const address = '/p/default/e/production/flags/Flags.isHoliday';
beforeEach(() => forgetDrafts());

async function addRule(user: ReturnType<typeof userEvent.setup>) {
  await user.click(await screen.findByRole('button', { name: 'Add rule' }));
  const rule = await screen.findByRole('group', { name: /^Rule 1/ });
  await user.type(within(rule).getByRole('combobox', { name: 'Attribute' }), 'country');
  await user.type(within(rule).getByLabelText('Values of country'), 'DE,AT,');
  await user.selectOptions(within(rule).getByRole('combobox', { name: 'Rule 1 serves' }), 'true');
  return rule;
}

describe('the flag page', () => {
  it('says before the click what somebody may not do here, and leaves what they may', async () => {
    const { handlers } = flagServer();
    renderWith(
      [
        { place: 'default', actions: ['read'] },
        { place: 'default/production', actions: ['read', 'off'] },
      ],
      address,
      ...handlers,
    );
    const off = await screen.findByRole('button', { name: 'Turn off in PRODUCTION' });
    expect(off.getAttribute('aria-disabled')).toBeNull();
    const experiment = screen.getByText('New experiment').closest('a') as HTMLElement;
    expect(experiment.getAttribute('aria-disabled')).toBe('true');
    const rule = await screen.findByRole<HTMLButtonElement>('button', { name: 'Add rule' });
    expect(rule.matches(':disabled')).toBe(true);
    expect(screen.getByRole('note').textContent).toMatch(
      /^You may not make and change flags .* Ask an owner/,
    );
  });

  it('makes a rule on an attribute that nobody knew, reviews and publishes it', async () => {
    const user = userEvent.setup();
    const { handlers, applied } = flagServer();
    renderPage(address, ...handlers);
    await addRule(user);
    await user.click(screen.getAllByRole('button', { name: 'Review change' })[0] as HTMLElement);
    const drawer = await screen.findByRole('dialog', { name: /Review change/ });
    expect(await within(drawer).findByText('Flags.isHoliday in production: a new rule')).toBeTruthy();
    await user.type(within(drawer).getByLabelText('Comment'), 'for the holidays');
    await user.click(within(drawer).getByRole('button', { name: 'Publish to PRODUCTION' }));
    expect(await screen.findByText('Revision 813')).toBeTruthy();
    const sent = applied.find((request) => !request.dryRun);
    expect(sent).toMatchObject({ comment: 'for the holidays', expect: { production: 812 } });
    expect(sent?.document?.flags?.['Flags.isHoliday']?.environments?.production).toEqual({
      enabled: true,
      off: 'false',
      prerequisites: [],
      targets: {},
      rules: [{ when: { country: { in: ['DE', 'AT'] } }, serve: 'true' }],
      default: 'code',
    });
    expect(screen.getByRole('button', { name: 'Undo in PRODUCTION' })).toBeTruthy();
    const line = await screen.findByText('applied by 2 of 2 instances, slowest 96 ms');
    expect(line.getAttribute('role')).toBe('status');
  });

  it('warns where BURGEE_OVERRIDES decides instead, and says in which instances', async () => {
    const user = userEvent.setup();
    const which = [
      {
        application: 'calendar',
        version: '1.4.0',
        sdk: 'go/0.1.0',
        instance: 'feedbeef01234567',
        address: '10.0.0.7',
      },
    ];
    const overridden = {
      production: { instances: 1, of: 214, which },
      development: { instances: 0, of: 0, which: [] },
    };
    renderPage(
      address,
      on('GET', '/projects/default/flags/Flags.isHoliday', { ...isHoliday, overridden }),
      ...flagServer().handlers,
    );
    expect(
      await screen.findByText('This flag is overridden in 1 of 214 instances in PRODUCTION'),
    ).toBeTruthy();
    expect(screen.getAllByText('overridden in 1 of 214 instances')).toHaveLength(1);
    await user.click(screen.getByRole('button', { name: 'Which instances' }));
    expect(screen.getByText('feedbeef0123')).toBeTruthy();
  });

  it('takes a pasted list of values', async () => {
    const user = userEvent.setup();
    const { handlers, applied } = flagServer();
    renderPage(address, ...handlers);
    const rule = await addRule(user);
    await user.click(within(rule).getByLabelText('Values of country'));
    await user.paste('CH\nFR, IT');
    await waitFor(() => expect(JSON.stringify(applied.at(-1))).toContain('"in":["DE","AT","CH","FR","IT"]'));
  });

  it('says next to the rule what the server refuses', async () => {
    const user = userEvent.setup();
    const refuse = () =>
      problem(422, 'document_invalid', 'One error.', [
        {
          field: 'flags.Flags.isHoliday.environments.production.rules[0].when',
          message: 'country is not allowed here',
        },
      ]);
    renderPage(address, ...flagServer(refuse).handlers);
    const rule = await addRule(user);
    expect(await within(rule).findByText('country is not allowed here')).toBeTruthy();
  });

  it('loses nothing when somebody else published first: a three-way screen, and the choice', async () => {
    const user = userEvent.setup();
    const live = { enabled: true, off: 'true', prerequisites: [], targets: {}, rules: [], default: 'false' };
    let theirs = false;
    const server = flagServer((request) => {
      if (request.dryRun || request.expect?.production !== 812) return plan;
      theirs = true;
      return problem(409, 'moved', 'ben changed it at 14:02 (revision 813).');
    });
    const flag = on('GET', '/projects/default/flags/Flags.isHoliday', () => ({
      ...isHoliday,
      configurations: { ...isHoliday.configurations, production: theirs ? live : null },
    }));
    const moved = on('GET', '/projects/default', () => ({
      ...project,
      environments: project.environments.map((item) => ({ ...item, revision: theirs ? 813 : item.revision })),
    }));
    const later = on('GET', '/projects/default/changes', { items: [change()] });
    renderPage(address, flag, moved, ...server.handlers, later);
    await user.selectOptions(await screen.findByRole('combobox', { name: 'Otherwise serve' }), 'true');
    await user.click(screen.getAllByRole('button', { name: 'Review change' })[0] as HTMLElement);
    const drawer = await screen.findByRole('dialog', { name: /Review change/ });
    await within(drawer).findByText('Flags.isHoliday in production: a new rule');
    await user.click(within(drawer).getByRole('button', { name: 'Publish to PRODUCTION' }));
    expect(await within(drawer).findByText(/changed while you were editing/)).toBeTruthy();
    expect(within(drawer).getByText(/ben@corp.example/)).toBeTruthy();
    const result = within(drawer).getByRole('button', { name: 'Review the result' });
    expect(result).toHaveProperty('disabled', true);
    const otherwise = within(drawer).getByRole('group', { name: 'otherwise' });
    await user.click(within(otherwise).getByRole('radio', { name: /^Yours true/ }));
    for (const group of within(drawer).getAllByRole('group')) {
      const radio = within(group).getAllByRole('radio')[0] as HTMLInputElement;
      if (group !== otherwise) await user.click(radio);
    }
    await user.click(result);
    const publish = within(drawer).getByRole('button', { name: 'Publish to PRODUCTION' });
    await waitFor(() => expect(publish).toHaveProperty('disabled', false));
    await user.click(publish);
    expect(await screen.findByText('Revision 813')).toBeTruthy();
    const sent = server.applied.filter((one) => !one.dryRun).at(-1);
    expect(sent?.expect?.production).toBe(813);
    expect(sent?.document?.flags?.['Flags.isHoliday']?.environments?.production).toMatchObject({
      off: 'true',
      default: 'true',
    });
  });

  it('takes the edit back out of the draft when it is undone by hand', async () => {
    const user = userEvent.setup();
    renderPage(address, ...flagServer().handlers);
    const otherwise = await screen.findByRole('combobox', { name: 'Otherwise serve' });
    await user.selectOptions(otherwise, 'true');
    expect(screen.getAllByRole('button', { name: 'Review change' }).length).toBeGreaterThan(0);
    await user.selectOptions(otherwise, 'code');
    await waitFor(() => expect(screen.queryAllByRole('button', { name: 'Review change' })).toHaveLength(0));
  });

  it('turns the flag off at once, with a reason', async () => {
    const user = userEvent.setup();
    let body: unknown;
    const off = on(
      'POST',
      '/projects/default/flags/Flags.isHoliday/environments/production/off',
      async (request: Request) => {
        body = await request.json();
        return { revision: 813 };
      },
    );
    renderPage(address, ...flagServer().handlers, off);
    await user.click(await screen.findByRole('button', { name: 'Turn off in PRODUCTION' }));
    const confirm = await screen.findByRole('dialog', { name: 'Turn off Flags.isHoliday?' });
    await user.type(within(confirm).getByLabelText('Reason'), 'on fire');
    await user.click(within(confirm).getByRole('button', { name: 'Turn off in PRODUCTION' }));
    await waitFor(() => expect(body).toEqual({ reason: 'on fire' }));
  });

  it('says which experiment controls it', async () => {
    const held = on('GET', '/projects/default/flags/Flags.isHoliday', {
      ...isHoliday,
      experiments: [launch],
    });
    renderPage(address, held, ...flagServer().handlers);
    expect(await screen.findByRole('link', { name: 'holiday-launch' })).toBeTruthy();
  });

  it('shows evaluations as a picture, a sentence and a table', async () => {
    const user = userEvent.setup();
    const evaluations = on('GET', '/projects/default/flags/Flags.isHoliday/evaluations', {
      from: 0,
      to: 7_200_000,
      stepMs: 3_600_000,
      series: [{ variation: 'true', label: 'true', points: [{ at: 0, count: 1234 }] }],
      total: 1234,
      byApplication: [{ application: 'calendar', version: '1.4.0', sdk: 'python/0.1.0', count: 1234 }],
    });
    renderPage(`${address}?tab=evaluations`, evaluations, ...flagServer().handlers);
    expect(await screen.findByText(/1,234 evaluations in PRODUCTION/)).toBeTruthy();
    await user.click(screen.getByRole('switch', { name: 'View as table' }));
    expect(await screen.findByRole('columnheader', { name: 'true' })).toBeTruthy();
  });

  it('offers Undo for the newest change within ten minutes only', async () => {
    const history = (at: number) => on('GET', '/projects/default/changes', { items: [change({ at })] });
    const first = renderPage(
      `${address}?tab=history`,
      history(Date.now() - 60_000),
      ...flagServer().handlers,
    );
    expect(await screen.findByRole('button', { name: 'Undo in PRODUCTION' })).toBeTruthy();
    first.unmount();
    renderPage(`${address}?tab=history`, history(Date.now() - 11 * 60_000), ...flagServer().handlers);
    expect(await screen.findByText(/default code → false/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: 'Undo in PRODUCTION' })).toBeNull();
  });

  it('never shows an error and an empty state together', async () => {
    const broken = on('GET', '/projects/default/changes', () => json({ title: 'Away', status: 500 }, 400));
    renderPage(`${address}?tab=history`, broken, ...flagServer().handlers);
    expect(await screen.findByText('The history could not be loaded')).toBeTruthy();
    expect(screen.queryByText('Nobody has changed this flag')).toBeNull();
  });

  it('says that there is no such flag', async () => {
    const none = on('GET', '/projects/default/flags/nope', () => problem(404, 'flag_not_found', 'No flag.'));
    renderPage('/p/default/e/production/flags/nope', none);
    expect(await screen.findByText('There is no flag nope in Shop web')).toBeTruthy();
  });
});
