import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { isHoliday } from '../../../tests/flag-fixture';
import { json, on, renderPage } from '../../../tests/render';

const path = '/p/default/e/production/why';
const flags = on('GET', '/projects/default/flags', { items: [isHoliday] });
const attributes = on('GET', '/projects/default/attributes', { items: [] });
const evaluate = (body: unknown) => on('POST', '/projects/default/environments/production/evaluate', body);

const answer = {
  flag: 'Flags.isHoliday',
  value: true,
  variation: 'true',
  reason: 'DEFAULT',
  split: { seed: 's', unit: 'targetingKey', position: 214_800, cell: [0, 250_000] },
  revision: 812,
  explanation: {
    steps: [
      {
        kind: 'prerequisite',
        name: 'base',
        answer: 'yes',
        prerequisite: { needs: ['true'], variation: 'true', reason: 'RULE', steps: [] },
      },
      {
        kind: 'rule',
        name: 'ios-2',
        answer: 'no',
        when: {
          is: 'all',
          answer: 'no',
          parts: [
            {
              is: 'clause',
              clause: { attr: 'app.version', op: 'ver_ge', values: ['2.0'] },
              saw: '1.9',
              answer: 'no',
            },
            { is: 'target_group', name: 'staff', answer: 'no', saw: 'bob', note: 'its list excludes it' },
          ],
        },
      },
      {
        kind: 'default',
        answer: 'yes',
        served: true,
        split: { seed: 's', unit: 'targetingKey', position: 214_800, cell: [0, 250_000] },
      },
    ],
  },
};

describe('the page Why', () => {
  it('says the value, the reason and every step with what it saw', async () => {
    renderPage(`${path}?flag=Flags.isHoliday`, flags, attributes, evaluate(answer));
    const told = await screen.findByRole('region', { name: 'Answer' });
    expect(within(told).getByText('true')).toBeTruthy();
    expect(within(told).getByText('No rule decides, so the default is served.')).toBeTruthy();
    const steps = screen.getByRole('list', { name: 'Step by step' });
    expect(steps.textContent).toContain('does not hold: app.version is version 2.0 or newer, saw "1.9"');
    expect(steps.textContent).toContain('in the target group staff – its list excludes it, saw "bob"');
    expect(steps.textContent).toContain('targetingKey is at position 21.48 % < 25 %');
    expect(steps.textContent).toContain('Prerequisite: base serves true');
  });

  it('asks while one types, and keeps the context in the address', async () => {
    const user = userEvent.setup();
    const { asked } = renderPage(`${path}?flag=Flags.isHoliday`, flags, attributes, evaluate(answer));
    await user.type(await screen.findByLabelText('Value of app.version'), '2.1');
    await waitFor(() =>
      expect(decodeURIComponent(window.location.search)).toContain('{"app":{"version":"2.1"}}'),
    );
    await waitFor(async () => {
      const bodies = await Promise.all(
        asked.filter((request) => request.method === 'POST').map((request) => request.clone().json()),
      );
      expect(bodies.at(-1)).toEqual({
        flag: 'Flags.isHoliday',
        context: { app: { version: '2.1' } },
        explain: true,
      });
    });
  });

  it('opens a link with its context, and takes pasted JSON', async () => {
    const user = userEvent.setup();
    const context = encodeURIComponent('{"targetingKey":"alice","plan":"pro"}');
    renderPage(`${path}?flag=Flags.isHoliday&context=${context}`, flags, attributes, evaluate(answer));
    expect(await screen.findByDisplayValue('alice')).toBeTruthy();
    expect(screen.getByLabelText('Value of plan')).toHaveProperty('value', 'pro');
    await user.click(screen.getByRole('button', { name: 'Paste JSON' }));
    const box = screen.getByLabelText('Context as JSON');
    await user.clear(box);
    await user.click(box);
    await user.paste('{"targetingKey":');
    expect(screen.getByText(/This is not JSON yet/)).toBeTruthy();
    await user.paste('"bob"}');
    await waitFor(() => expect(decodeURIComponent(window.location.search)).toContain('"bob"'));
  });

  it('lists what every flag serves, each with a way to its steps', async () => {
    renderPage(path, flags, attributes, evaluate(answer));
    const link = await screen.findByRole('link', { name: 'Flags.isHoliday' });
    expect(link.getAttribute('href')).toContain('flag=Flags.isHoliday');
    expect(await screen.findByText('No rule decides, so the default is served.')).toBeTruthy();
  });

  it('asks about the past, and says what was in force then', async () => {
    const user = userEvent.setup();
    const asOf = {
      number: 811,
      at: Date.parse('2026-11-24T12:00:00Z'),
      until: Date.parse('2026-11-24T15:00:00Z'),
      actor: { kind: 'member', name: 'ann@corp.example' },
      sentences: ['Flags.isHoliday in production: default false → true'],
      changes: [7],
    };
    const at = '2026-11-24T13:00:00.000Z';
    const { asked } = renderPage(
      `${path}?flag=Flags.isHoliday&at=${encodeURIComponent(at)}`,
      flags,
      attributes,
      evaluate({ ...answer, asOf }),
    );
    expect(
      await screen.findByText(/in force from .*, by ann@corp.example: Flags.isHoliday in production/),
    ).toBeTruthy();
    const bodies = () =>
      Promise.all(
        asked.filter((request) => request.method === 'POST').map((request) => request.clone().json()),
      );
    expect((await bodies()).at(-1)).toMatchObject({ flag: 'Flags.isHoliday', at: Date.parse(at) });
    await user.type(screen.getByLabelText('Or at revision'), '8');
    await waitFor(async () => expect((await bodies()).at(-1)).toMatchObject({ revision: 8 }));
    expect(window.location.search).not.toContain('at=2026');
  });

  it('says what failed, with Retry', async () => {
    const refused = () =>
      json({ title: 'Not found', status: 404, detail: 'There is no flag', code: 'flag_not_found' }, 404);
    renderPage(`${path}?flag=nope`, flags, attributes, evaluate(refused));
    expect(await screen.findByRole('alert')).toBeTruthy();
    expect(screen.getByRole('button', { name: 'Retry' })).toBeTruthy();
  });

  it('leads on to the wizard where there is no flag', async () => {
    renderPage(path, on('GET', '/projects/default/flags', { items: [] }), attributes);
    expect(await screen.findByRole('heading', { name: 'No flags yet' })).toBeTruthy();
  });
});
