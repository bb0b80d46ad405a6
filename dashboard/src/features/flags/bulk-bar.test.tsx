import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render, renderHook, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { act } from 'react';
import { expect, test, vi } from 'vitest';
import type { FlagSummary } from '@/api/types';
import { EnvironmentProvider, ProjectProvider } from '@/components/project-context';
import { json, problem, project, serve } from '../../../tests/render';
import { BulkBar } from './bulk-bar';
import { useSelection } from './use-selection';

const flag = (key: string, tags: string[] = []) =>
  ({ key, tags, environments: {} }) as unknown as FlagSummary;
const flags = [flag('a', ['old']), flag('b'), flag('c')];

function open(keys: string[]) {
  const clear = vi.fn();
  const production = project.environments[0];
  if (!production) throw new Error('the project has no environment');
  render(
    <MantineProvider>
      <QueryClientProvider client={new QueryClient()}>
        <ProjectProvider project={project}>
          <EnvironmentProvider environment={production}>
            <BulkBar flags={flags} selection={{ keys: new Set(keys), toggle: () => {}, clear }} />
          </EnvironmentProvider>
        </ProjectProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return clear;
}

test('a tag is added to those that each selected flag has now, and to no other flag', async () => {
  const live: Record<string, { tags: string[]; version: number }> = {
    a: { tags: ['old', 'of Ben'], version: 7 },
    b: { tags: [], version: 9 },
  };
  let overtaken = false;
  const asked = serve((request) => {
    const key = new URL(request.url).pathname.slice(-1);
    if (request.method === 'GET') return json(live[key]);
    if (!overtaken) {
      overtaken = true; // somebody tags it between the reading and the writing
      live.a = { tags: ['old', 'of Ben', 'of Cid'], version: 8 };
    }
    return request.headers.get('If-Match') === `"${live[key]?.version}"`
      ? json({})
      : json({ title: 'Moved', status: 412, code: 'version_moved' }, 412);
  });
  const clear = open(['a', 'b']);
  await userEvent.click(screen.getByRole('button', { name: 'Add tag' }));
  await userEvent.type(await screen.findByLabelText(/^Tag/), 'calendar');
  await userEvent.click(within(screen.getByRole('dialog')).getByRole('button', { name: 'Add tag' }));
  await waitFor(() => expect(clear).toHaveBeenCalled());
  const sent = await Promise.all(
    asked
      .filter((request) => request.method === 'PATCH')
      .map(async (request) => [new URL(request.url).pathname.slice(-1), await request.json()]),
  );
  expect(sent).toEqual([
    ['a', { tags: ['old', 'of Ben', 'calendar'] }],
    ['a', { tags: ['old', 'of Ben', 'of Cid', 'calendar'] }],
    ['b', { tags: ['calendar'] }],
  ]);
});

test('a fault stops it, is told, and keeps the selection', async () => {
  serve((request) =>
    request.url.includes('/flags/b/') ? problem(409, 'x', 'b is used by c.') : json({ revision: 1 }),
  );
  const clear = open(['a', 'b', 'c']);
  await userEvent.click(screen.getByRole('button', { name: 'Turn off in PRODUCTION' }));
  const dialog = await screen.findByRole('dialog');
  await userEvent.click(within(dialog).getByRole('button', { name: 'Turn off in PRODUCTION' }));
  expect(await screen.findByText('b is used by c.')).toBeInstanceOf(HTMLElement);
  expect(screen.getByText(/Changed 1 of 3 flags, then stopped at b/)).toBeInstanceOf(HTMLElement);
  expect(clear).not.toHaveBeenCalled();
});

test('a flag that left the list is no longer selected', () => {
  const { result, rerender } = renderHook(({ listed }) => useSelection(listed), {
    initialProps: { listed: ['a', 'b'] },
  });
  act(() => result.current.toggle('a'));
  act(() => result.current.toggle('b'));
  rerender({ listed: ['b'] });
  expect([...result.current.keys]).toEqual(['b']);
});

test('archiving several names the programs that asked for them, and forces those alone', async () => {
  const program = {
    application: 'calendar',
    version: '1.4.0',
    environment: 'production',
    lastAt: 1,
    evaluations: 3,
  };
  const asked = serve((request) =>
    request.method === 'GET' ? json({ items: request.url.includes('/flags/b/') ? [program] : [] }) : json({}),
  );
  const clear = open(['a', 'b']);
  await userEvent.click(screen.getByRole('button', { name: 'Archive' }));
  const dialog = await screen.findByRole('dialog');
  expect(await within(dialog).findByText(/calendar 1.4.0 in production/)).toBeInstanceOf(HTMLElement);
  const archive = within(dialog).getByRole('button', { name: 'Archive all the same' });
  await waitFor(() => expect(archive).toHaveProperty('disabled', false));
  await userEvent.click(archive);
  await waitFor(() => expect(clear).toHaveBeenCalled());
  const sent = await Promise.all(
    asked
      .filter((request) => request.method === 'POST')
      .map(async (request) => [new URL(request.url).pathname.split('/').at(-2), await request.json()]),
  );
  expect(sent).toEqual([
    ['a', {}],
    ['b', { force: true }],
  ]);
});
