// The programs that the page "Connect an application" shows for OpenFeature, run
// as they are against the built binary: the address and the key are filled in as
// the page does it. java.check.mjs has the one for Java.
import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch } from './lib/browser.mjs';
import { holiday, keys, program, startConnectable } from './lib/connect.mjs';
import { apply, root, run, temporary, until } from './lib/processes.mjs';
import { serveSite } from './lib/site.mjs';


describe('what the wizard shows for OpenFeature', () => {
  let server;

  before(async () => {
    server = await startConnectable();
  });
  after(() => server?.stop());

  test('JavaScript in Node', async () => {
    const folder = temporary('connect-node');
    symlinkSync(join(root, 'e2e/browser/node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'node.mjs'), program('node.mjs', server));
    assert.equal(await run(process.execPath, ['node.mjs'], { cwd: folder }), 'A special day\n');
  });

  test('JavaScript in a browser, which follows a change', async () => {
    const site = await serveSite(program('browser.js', server));
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(site.origin);
      const day = (want) => page.waitForFunction((w) => document.body.dataset.day === w, want, { polling: 20 });
      await day('special');
      await apply(server, keys.token, holiday(false));
      await day('normal');
      await apply(server, keys.token, holiday(true));
    } finally {
      await browser.close();
      site.close();
    }
  });

  test('each of them shows on the page Connections', async () => {
    await until('the programs', async () => {
      const answer = await fetch(`${server.origin}/api/v1/projects/default/connections`, { headers: { Authorization: `Bearer ${keys.token}` } });
      const { items } = await answer.json();
      return items.length >= 2 && items.every((item) => item.instances.every((i) => i.transport === 'ofrep'));
    });
  });
});
