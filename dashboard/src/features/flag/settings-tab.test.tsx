import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { FlagDetail, FlagPatch } from '@/api/types';
import { flagServer, isHoliday } from '../../../tests/flag-fixture';
import { on, problem, renderPage } from '../../../tests/render';

const address = '/p/default/e/production/flags/Flags.isHoliday?tab=settings';

/** A server that keeps the flag, and honours If-Match as Burgee does. `ben` writes as somebody else. */
function keeper() {
  let flag: FlagDetail = { ...isHoliday, owner: 'team-a' };
  const sent: FlagPatch[] = [];
  const write = (patch: FlagPatch) => {
    flag = { ...flag, ...patch, version: flag.version + 1 } as FlagDetail;
    return flag;
  };
  const handlers = [
    on('PATCH', '/projects/default/flags/Flags.isHoliday', async (request: Request) => {
      if (request.headers.get('If-Match') !== `"${flag.version}"`) {
        return problem(412, 'version_moved', 'ben changed it.', [], {
          meanwhile: { by: 'ben@example.test', object: flag.key, at: Date.now() },
        });
      }
      const patch = (await request.json()) as FlagPatch;
      sent.push(patch);
      return write(patch);
    }),
    on('GET', '/projects/default/flags/Flags.isHoliday', () => flag),
    ...flagServer().handlers,
  ];
  return { handlers, sent, ben: write, now: () => flag };
}

async function type(label: string, text: string) {
  const field = await screen.findByLabelText(label);
  await userEvent.clear(field);
  await userEvent.type(field, text);
}
const save = () => userEvent.click(screen.getByRole('button', { name: 'Save' }));

test('only what was touched is sent', async () => {
  const server = keeper();
  renderPage(address, ...server.handlers);
  await type('Owner', 'ann');
  await save();
  expect(await screen.findByText('Saved.')).toBeTruthy();
  expect(server.sent).toEqual([{ owner: 'ann' }]);
});

test("somebody else's edit of another field survives", async () => {
  const server = keeper();
  renderPage(address, ...server.handlers);
  await type('Owner', 'ann');
  server.ben({ description: 'as Ben wrote it', tags: ['calendar', 'ben'] });
  await save();
  expect(await screen.findByText('Saved.')).toBeTruthy();
  expect(server.sent).toEqual([{ owner: 'ann' }]);
  expect(server.now()).toMatchObject({ owner: 'ann', description: 'as Ben wrote it' });
  expect(await screen.findByDisplayValue('as Ben wrote it')).toBeTruthy();
});

test('an edit of the same field is shown, and which of the two counts is chosen', async () => {
  const server = keeper();
  renderPage(address, ...server.handlers);
  await type('Owner', 'ann');
  await type('Description', 'as Ann wrote it');
  server.ben({ owner: 'ben' });
  await save();
  const note = await screen.findByRole('alert');
  expect(note.textContent).toContain('ben@example.test changed this meanwhile');
  expect(server.sent).toEqual([]);
  const settle = within(note).getByRole<HTMLButtonElement>('button', { name: 'Save the result' });
  expect(settle.disabled).toBe(true);
  await userEvent.click(within(note).getByRole('radio', { name: /Theirs/ }));
  await userEvent.click(settle);
  await waitFor(() => expect(server.now()).toMatchObject({ owner: 'ben', description: 'as Ann wrote it' }));
  expect(await screen.findByDisplayValue('ben')).toBeTruthy();
  expect(screen.queryByRole('alert')).toBeNull();
});

test('what was typed can be given up for what somebody else saved', async () => {
  const server = keeper();
  renderPage(address, ...server.handlers);
  await type('Owner', 'ann');
  server.ben({ owner: 'ben' });
  await save();
  await userEvent.click(await screen.findByRole('button', { name: 'Discard yours' }));
  expect(await screen.findByDisplayValue('ben')).toBeTruthy();
  expect(server.sent).toEqual([]);
});
