// Environments as people make and use them: a new one from the project's settings,
// a program that connects to it, the flags that differ promoted, and the end of it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { lookEverywhere, openDashboard } from './lib/pages.mjs';
import { until } from './lib/processes.mjs';

const settings = '/p/default/settings?tab=environments';

describe('environments in the browser', () => {
  let server, page, faults, call, close;

  before(async () => {
    const seed = (call) => call('POST', '/projects/default/apply', {
      text: 'apiVersion: burgee/v1\nflags: {pay.api: {type: boolean, environments: {production: {default: false}, development: {default: true}}}, Flags.theme: {type: boolean, environments: {development: {default: true}}}}\n',
    });
    ({ server, page, faults, call, close } = await openDashboard({ seed }));
  });
  after(() => close?.());

  test('an environment is made like another, put in its place, and a program connects to it', async () => {
    await page.goto(server.origin + settings);
    await page.getByRole('button', { name: 'New environment' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Staging');
    await page.getByRole('combobox', { name: 'Begin like' }).click();
    await page.getByRole('option', { name: 'Production' }).click();
    await lookEverywhere(page, 'environments-new');
    await page.getByRole('button', { name: 'Make environment' }).click();
    const list = page.getByRole('list', { name: 'Environments' });
    await list.getByText('staging', { exact: true }).waitFor();
    const up = page.getByRole('button', { name: 'Move Staging up' });
    await up.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.querySelectorAll('ol li')[1]?.textContent.includes('staging'));
    await lookEverywhere(page, 'environments');

    const { key } = await call('POST', '/projects/default/environments/staging/keys', { kind: 'server', name: 'x' });
    const stream = await until('the stream', async () => {
      const opened = await fetch(`${server.origin}/sdk/v1/stream`, {
        headers: { authorization: `Bearer ${key}`, 'burgee-application': 'calendar', 'burgee-application-version': '1.4.0', 'burgee-instance': 'a1' },
      });
      return opened.ok && opened;
    });
    await page.goto(server.origin + settings);
    await list.getByText('1 connected instance').waitFor();

    // What is promoted, and to where, is seen before.
    await page.getByRole('link', { name: 'Compare environments' }).click();
    await page.getByRole('heading', { level: 1, name: 'Compare environments' }).waitFor();
    await page.goto(`${server.origin}/p/default/compare?from=development&to=staging`);
    await page.getByText('2 flags differ').waitFor();
    await page.getByRole('checkbox', { name: 'Choose pay.api' }).check();
    await lookEverywhere(page, 'environments-compare');
    await page.getByRole('button', { name: 'Promote to Staging…' }).click();
    await page.getByText('pay.api in staging: default false → true').last().waitFor();
    await lookEverywhere(page, 'environments-promote');
    await page.getByRole('button', { name: 'Promote to Staging', exact: true }).click();
    await page.getByText('1 flag differs').waitFor();
    const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
    let told = '';
    while (!/"flag":"pay.api"[^\n]*"default":\{"variation":0\}/.test(told)) {
      const { value, done } = await reader.read();
      assert.ok(!done, `the stream ended after ${told}`);
      told += value;
    }

    // Its end is told to the program, which is named before.
    await page.goto(server.origin + settings);
    await page.getByRole('button', { name: 'Archive Staging' }).click();
    await page.getByText('Connected now: calendar 1.4.0').waitFor();
    await lookEverywhere(page, 'environments-archive');
    await page.getByRole('checkbox', { name: 'Disconnect 1 program' }).check();
    await page.getByRole('dialog').getByRole('button', { name: 'Archive Staging' }).click();
    await page.getByRole('button', { name: 'Restore Staging' }).waitFor();
    while (!(await reader.read()).done);
    const refused = await fetch(`${server.origin}/sdk/v1/snapshot`, { headers: { authorization: `Bearer ${key}` } });
    assert.equal(refused.status, 401);
    await page.getByRole('button', { name: 'Restore Staging' }).click();
    await list.getByText('staging', { exact: true }).waitFor();
    assert.deepEqual(faults, []);
  });

  test('a project is made, archived and restored', async () => {
    await page.goto(`${server.origin}/projects`);
    await page.getByRole('button', { name: 'New project' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('Web shop');
    await page.getByRole('button', { name: 'Make project' }).click();
    await page.waitForURL(/\/p\/web-shop\/connect/);
    await page.goto(`${server.origin}/p/web-shop/settings?tab=general`);
    await page.getByRole('button', { name: 'Archive project' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Archive project' }).click();
    await page.getByRole('button', { name: 'Restore Web shop' }).waitFor();
    await lookEverywhere(page, 'projects-archived');
    await page.getByRole('button', { name: 'Restore Web shop' }).click();
    await page.getByRole('link', { name: 'Web shop' }).waitFor();
    assert.deepEqual(faults, []);
  });
});
