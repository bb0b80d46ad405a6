// A rollout as people meet it: begun with a form, seen on a timeline, stepped on,
// paused and rolled back; proposed where approvals are needed. In both themes, wide
// and narrow, and by keyboard.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from './lib/browser.mjs';
import { api, lookEverywhere, openWindow, owner } from './lib/pages.mjs';
import { startServer } from './lib/processes.mjs';

const token = 'bgp_rollouts000000000000000000000000000000000';
const flags = '/p/default/e/production/flags';

let server, browser;

before(async () => {
  server = await startServer({
    env: { BURGEE_INIT_TOKEN: token, BURGEE_INIT_OWNER_EMAIL: owner.email, BURGEE_INIT_OWNER_PASSWORD: owner.password },
  });
  browser = await launch();
  await call('POST', '/projects/default/apply', {
    text: 'apiVersion: burgee/v1\nflags: {Flags.theme: {type: boolean, environments: {production: {default: false}}}, Flags.other: {type: boolean, environments: {production: {default: code}}}}\n',
  });
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

const call = (method, path, body) => api(server, token, method, path, body);

const ownersWindow = () => openWindow(browser, server.origin, owner);
const look = (page, name) => lookEverywhere(page, `rollouts-${name}`);

const served = async () => (await call('GET', '/projects/default/flags/Flags.theme')).configurations.production.default;

// confirmed presses a button of the timeline and then that of its confirm.
async function confirmed(page, label) {
  await page.getByRole('region', { name: /^Rollout 1:/ }).getByRole('button', { name: label }).press('Enter');
  const confirm = page.getByRole('dialog').getByRole('button', { name: `${label} in PRODUCTION` });
  await confirm.press('Enter');
  await confirm.waitFor({ state: 'detached' });
}

test('a rollout is begun, stepped on, paused and rolled back', async () => {
  const { page, faults, close } = await ownersWindow();
  await page.goto(`${server.origin}${flags}/Flags.theme`);
  await page.getByRole('button', { name: 'Roll out gradually…' }).press('Enter');
  const form = page.getByRole('dialog', { name: 'Roll out Flags.theme gradually' });
  await form.getByRole('button', { name: '1, 10, 50, 100 % a day apart' }).click();
  await form.getByText('1 % get true at once, 100 % after 3 d. Whoever has it keeps it. The others keep false.').waitFor();
  await look(page, 'form');
  await form.getByRole('button', { name: 'Begin in PRODUCTION' }).press('Enter');
  const timeline = page.getByRole('region', { name: /^Rollout 1:/ });
  await timeline.getByText('Next: 10 %').waitFor();
  assert.deepEqual((await served()).serve, { true: 1, false: 99 });
  await look(page, 'running');
  await confirmed(page, 'Next step now');
  await timeline.getByText('Next: 50 %').waitFor();
  assert.deepEqual((await served()).serve, { true: 10, false: 90 });
  await confirmed(page, 'Pause');
  await timeline.getByText(/ann@example\.test paused it/).waitFor();
  await look(page, 'paused');
  // What somebody else does shows by itself.
  await call('POST', '/projects/default/rollouts/1/resume', {});
  await timeline.getByRole('button', { name: 'Pause' }).waitFor();
  await confirmed(page, 'Roll back all');
  await timeline.getByText('rolled back').waitFor();
  assert.equal(await served(), 'false');
  // The audit log leads to the rollout's own page, which outlasts the timeline of the flag.
  await page.goto(`${server.origin}/p/default/e/production/audit?kind=rollout`);
  await page.getByRole('link', { name: '1', exact: true }).first().press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Rollout 1' }).waitFor();
  await timeline.getByText('rolled back').waitFor();
  await page.getByRole('link', { name: 'Flags.theme' }).waitFor();
  await look(page, 'page');
  assert.deepEqual(faults, []);
  await close();
});

test('where approvals are needed it becomes a change request', async () => {
  await call('PUT', '/projects/default/environments/production/approvals', { approvals: 1 });
  const { page, faults, close } = await ownersWindow();
  await page.goto(`${server.origin}${flags}/Flags.other`);
  await page.getByRole('button', { name: 'Roll out gradually…' }).click();
  const form = page.getByRole('dialog', { name: 'Roll out Flags.other gradually' });
  await form.getByText('This needs 1 approval in Production').waitFor();
  await look(page, 'form-review');
  await form.getByRole('button', { name: 'Request review' }).click();
  await form.getByRole('link', { name: 'Open change request #1' }).click();
  await page.getByRole('heading', { level: 1, name: /^#1 Roll out true of Flags.other gradually/ }).waitFor();
  assert.deepEqual(faults, []);
  await close();
});
