// What a shell and a browser do together: a command line is approved, and a flag that
// a file manages is shown locked.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { lookEverywhere, openDashboard, owner } from './lib/pages.mjs';

describe('a shell and a browser', () => {
  let server, page, faults, call, close;

  before(async () => {
    const seed = (call) => call('POST', '/projects/default/apply', {
      file: 'flags.yaml',
      text: 'apiVersion: burgee/v1\nmanagedBy: file\nmanagedIn: git.corp.example/flags\nflags: {pay.api: {type: boolean, environments: {production: {default: true}}}}\n',
    });
    ({ server, page, faults, call, close } = await openDashboard({ seed }));
  });
  after(() => close?.());

  const collect = (secret) =>
    fetch(`${server.origin}/api/v1/logins/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ secret }),
    });

  test('a person approves a command line by the code that both show', async () => {
    const login = await call('POST', '/logins', { machine: 'ann-laptop' });
    assert.equal((await collect(login.secret)).status, 409);
    await page.goto(login.url);
    assert.equal(await page.getByRole('textbox', { name: 'The code that your terminal shows' }).inputValue(), login.code);
    await page.getByRole('button', { name: 'Look it up' }).click();
    await page.getByText('ann-laptop').waitFor();
    await lookEverywhere(page, 'cli-login');
    await page.getByRole('button', { name: 'Approve' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('It is signed in').waitFor();
    const collected = await collect(login.secret);
    assert.equal(collected.status, 200);
    assert.equal((await collected.json()).member, owner.email);
    assert.equal((await collect(login.secret)).status, 404);
    assert.deepEqual(faults, []);
  });

  test('a flag that a file manages is locked, and Off works', async () => {
    await page.goto(`${server.origin}/p/default/e/production/flags/pay.api`);
    await page.getByText('This flag is managed by a file').waitFor();
    await page.getByText('git.corp.example/flags').waitFor();
    const panel = page.getByRole('tabpanel');
    await panel.getByText('A file manages this flag').waitFor();
    assert.equal(await panel.locator('fieldset[disabled]').count(), 1);
    await lookEverywhere(page, 'flag-managed');
    await page.getByRole('tab', { name: 'Settings' }).click();
    assert.equal(await page.getByRole('textbox', { name: 'Description' }).isDisabled(), true);
    await call('POST', '/projects/default/flags/pay.api/environments/production/off', { reason: 'x' });
    assert.deepEqual(faults, []);
  });
});
