import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import type { Erasure } from '@/api/erasures';
import { json, on, renderWith } from '../../../tests/render';

const plan: Erasure = {
  dryRun: true,
  projects: [
    {
      project: 'default',
      objects: [{ kind: 'target_group', key: 'beta', places: ['include'] }],
      entries: 2,
      changeRequests: 1,
      revisions: { production: 7 },
      kept: [{ kind: 'flag', key: 'f', places: ['variations[0].value'] }],
      named: 0,
    },
  ],
  skipped: [],
};
const mayErase = [{ place: '', actions: ['read', 'erase'] }];

test('an identifier is looked up, typed again, and erased', async () => {
  const user = userEvent.setup();
  const { asked } = renderWith(
    mayErase,
    '/settings?tab=privacy',
    on('POST', '/erasures', async (request: Request) => {
      const { dryRun } = (await request.clone().json()) as { dryRun?: boolean };
      return json(dryRun ? plan : { ...plan, dryRun: false, placeholder: 'erased-1a2b3c4d' });
    }),
  );
  await user.type(await screen.findByRole('textbox', { name: /^Identifier/ }), 'alice');
  await user.click(screen.getByRole('button', { name: 'Look where it is' }));
  expect(await screen.findByText('target group beta: include')).toBeInstanceOf(HTMLElement);
  expect(screen.getByText('makes revision 7 of production')).toBeInstanceOf(HTMLElement);
  const erase = screen.getByRole<HTMLButtonElement>('button', { name: 'Erase for good' });
  expect(erase.disabled).toBe(true);
  await user.type(screen.getByRole('textbox', { name: 'Type alice to erase it' }), 'alice');
  await user.click(erase);
  expect(await screen.findByText(/erased-1a2b3c4d stands/)).toBeInstanceOf(HTMLElement);
  const bodies = await Promise.all(asked.filter((r) => r.method === 'POST').map((r) => r.json()));
  expect(bodies).toEqual([{ unit: 'alice', dryRun: true }, { unit: 'alice' }]);
});

test('what is nowhere, and what fails, is said', async () => {
  const user = userEvent.setup();
  let fails = false;
  renderWith(
    mayErase,
    '/settings?tab=privacy',
    on('POST', '/erasures', () =>
      fails
        ? json({ status: 503, code: 'busy', detail: 'The server is busy' }, 503)
        : json({ ...plan, projects: [] }),
    ),
  );
  const field = await screen.findByRole('textbox', { name: /^Identifier/ });
  await user.type(field, 'nobody');
  await user.click(screen.getByRole('button', { name: 'Look where it is' }));
  expect(await screen.findByText(/It is nowhere/)).toBeInstanceOf(HTMLElement);
  expect(screen.queryByRole('button', { name: 'Erase for good' })).toBeNull();
  fails = true;
  await user.type(field, '2');
  await user.click(screen.getByRole('button', { name: 'Look where it is' }));
  expect(await screen.findByText('It could not be looked up')).toBeInstanceOf(HTMLElement);
});

test('who may not erase is told', async () => {
  renderWith([{ place: '', actions: ['read'] }], '/settings?tab=privacy');
  expect(await screen.findByText(/You may not erase/)).toBeInstanceOf(HTMLElement);
});
