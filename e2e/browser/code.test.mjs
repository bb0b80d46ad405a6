// What a shell and a browser do together: a command line is approved, and a flag that
// a file manages is shown locked.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, watch } from './lib/browser.mjs';
import { api, lookEverywhere, signIn } from './lib/pages.mjs';
import { startServer } from './lib/processes.mjs';

const token = 'bgp_shell000000000000000000000000000000000000';
const owner = { email: 'ann@example.test', password: 'correct horse battery staple' };

describe('a shell and a browser', () => {
  let server, browser, page, faults;

  before(async () => {
    server = await startServer({
      env: { BURGEE_INIT_TOKEN: token, BURGEE_INIT_OWNER_EMAIL: owner.email, BURGEE_INIT_OWNER_PASSWORD: owner.password },
    });
    browser = await launch();
    await call('POST', '/projects/default/apply', {
      file: 'flags.yaml',
      text: 'apiVersion: burgee/v1\nmanagedBy: file\nmanagedIn: git.corp.example/flags\nflags: {pay.api: {type: boolean, environments: {production: {default: true}}}}\n',
    });
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
    page = await context.newPage();
    await signIn(page, server.origin, owner);
    faults = watch(page, server.origin);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const call = (method, path, body) => api(server, token, method, path, body);
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
