import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { json, on, renderPage } from '../../../tests/render';

const address = '/p/default/settings?tab=import';
const imported = {
  document: 'apiVersion: burgee/v1\nproject: default\nflags:\n  moved: {type: boolean}\n',
  flags: 1,
  targetGroups: 0,
  lost: [{ object: 'moved in production', what: 'a split keeps its shares; who is in which is dealt anew' }],
};
const plan = {
  changed: true,
  revisions: { production: 812, development: 40 },
  plan: [
    {
      kind: 'flag',
      object: 'moved',
      action: 'create',
      sentences: ['moved: new boolean flag'],
      diff: [],
      moves: [],
    },
  ],
  warnings: [],
};
const read = on('POST', '/projects/default/import', imported);

async function choose() {
  const user = userEvent.setup();
  const file = new File(['{"flags": {}}'], 'flags.json', { type: 'application/json' });
  await screen.findByRole('button', { name: 'Read and compare' });
  const input = document.querySelector<HTMLInputElement>('input[type=file]');
  if (!input) throw new Error('there is no file input');
  await user.upload(input, file);
  await user.click(screen.getByRole('button', { name: 'Read and compare' }));
  return user;
}

test('an export is read, what is lost is said, and the plan is applied as it was seen', async () => {
  const { asked } = renderPage(
    address,
    read,
    on('POST', '/projects/default/apply', async (request: Request) => {
      const { dryRun } = (await request.clone().json()) as { dryRun?: boolean };
      return json(dryRun ? plan : { ...plan, revisions: { production: 813, development: 41 } });
    }),
  );
  const user = await choose();
  expect(await screen.findByText(/who is in which is dealt anew/)).toBeInstanceOf(HTMLElement);
  expect(screen.getByText('1 flag and 0 target groups were read')).toBeInstanceOf(HTMLElement);
  expect(
    within(screen.getByRole('list', { name: 'Changes' })).getByText('moved: new boolean flag'),
  ).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Apply' }));
  expect(await screen.findByText(/production is at revision 813/)).toBeInstanceOf(HTMLElement);
  const bodies = await Promise.all(asked.filter((r) => r.method === 'POST').map((r) => r.json()));
  expect(bodies[0]).toEqual({
    product: 'launchdarkly',
    environments: [],
    files: [{ name: 'flags.json', text: '{"flags": {}}' }],
  });
  expect(bodies[2]).toMatchObject({ text: imported.document, expect: plan.revisions });
});

test('where approvals are needed it becomes a change request', async () => {
  renderPage(
    address,
    read,
    on('POST', '/projects/default/apply', { ...plan, review: { production: 1 } }),
    on('POST', '/projects/default/change-requests', () => json({ number: 9 }, 201)),
  );
  const user = await choose();
  await user.click(await screen.findByRole('button', { name: 'Open a change request for production' }));
  expect(await screen.findByText(/Change request 9 has it/)).toBeInstanceOf(HTMLElement);
});

test('what is no export is said, and a new choice takes that back', async () => {
  renderPage(
    address,
    on('POST', '/projects/default/import', () =>
      json(
        {
          title: 'Bad Request',
          status: 400,
          code: 'import_unknown',
          detail: 'flags.json is no export of flagd',
        },
        400,
      ),
    ),
  );
  const user = await choose();
  expect(await screen.findByText(/flags.json is no export of flagd/)).toBeInstanceOf(HTMLElement);
  await user.type(screen.getByLabelText('Environments', { selector: 'input' }), 'production{Enter}');
  expect(screen.queryByText(/flags.json is no export of flagd/)).toBeNull();
});
