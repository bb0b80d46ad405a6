import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { json, on, problem, project, renderPage } from '../../../tests/render';

const keys = '/projects/default/environments/production/keys';
const key = (id: string, change = {}) => ({
  id,
  kind: 'server',
  name: `key ${id}`,
  masked: 'bgs_AbCd…wxyz',
  createdAt: 1,
  uses: 3,
  ...change,
});
const lists = [
  on('GET', '/projects/default/environments/development/keys', { items: [] }),
  on('GET', keys, { items: [key('a'), key('b', { revokedAt: 5 })] }),
];

test('working keys are listed, revoked ones only when asked for', async () => {
  renderPage('/p/default/settings', ...lists);
  const production = await screen.findByRole('region', { name: 'Production' });
  expect(await within(production).findByText('key a')).toBeInstanceOf(HTMLElement);
  expect(within(production).queryByText('key b')).toBeNull();
  await userEvent.click(within(production).getByRole('button', { name: 'Show 1 revoked key' }));
  expect(within(production).getByText('key b')).toBeInstanceOf(HTMLElement);
});

test('a new server key is shown once, with a warning that it is', async () => {
  const made = { ...key('c'), key: 'bgs_0123456789abcdef0123456789abcdef' };
  renderPage(
    '/p/default/settings',
    ...lists,
    on('POST', keys, () => json(made, 201)),
  );
  const production = await screen.findByRole('region', { name: 'Production' });
  await userEvent.click(within(production).getByRole('button', { name: 'New key' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Make key' }));
  expect(await screen.findByText(made.key)).toBeInstanceOf(HTMLElement);
  expect(screen.getByText('Shown only now')).toBeInstanceOf(HTMLElement);
  await userEvent.click(screen.getByRole('button', { name: 'Done' }));
  await waitFor(() => expect(screen.queryByText(made.key)).toBeNull());
});

test('the server’s fault with a name stands at the field', async () => {
  const { asked } = renderPage(
    '/p/default/settings?tab=general',
    ...lists,
    on('PATCH', '/projects/default', () =>
      problem(422, 'invalid', 'The name is taken.', [
        { field: 'name', message: 'Another project has this name.' },
      ]),
    ),
  );
  const name = await screen.findByLabelText('Name');
  expect(name).toHaveProperty('value', project.name);
  await userEvent.type(name, ' 2');
  await userEvent.click(screen.getByRole('button', { name: 'Rename project' }));
  expect(await screen.findByText('Another project has this name.')).toBeInstanceOf(HTMLElement);
  expect(screen.queryByRole('alert')).toBeNull();
  expect(await asked.find((request) => request.method === 'PATCH')?.json()).toEqual({ name: 'Shop web 2' });
});
