// The programs that the page "Connect an application" shows for OpenFeature, run
// as they are against the built binary: the address and the key are filled in as
// the page does it. Java runs where Maven is.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch } from './lib/browser.mjs';
import { apply, root, run, startServer, temporary, until } from './lib/processes.mjs';
import { serveSite } from './lib/site.mjs';

const keys = {
  token: 'bgp_connect00000000000000000000000000000000000',
  server: 'bgs_connect00000000000000000000000000000000000',
  client: 'bgc_connect00000000000000000000000000000000000',
};
const connect = join(root, 'dashboard/src/features/connect');
const holiday = (value) => JSON.stringify({
  apiVersion: 'burgee/v1', project: 'default',
  flags: { 'Flags.isHoliday': { type: 'boolean', client: true, environments: { production: { default: value } } } },
});

describe('what the wizard shows for OpenFeature', () => {
  let server;

  before(async () => {
    server = await startServer({ env: { BURGEE_INIT_TOKEN: keys.token, BURGEE_INIT_SERVER_KEY: keys.server, BURGEE_INIT_CLIENT_KEY: keys.client } });
    await apply(server, keys.token, holiday(true));
  });
  after(() => server?.stop());

  // program is a snippet's file, filled in.
  const program = (file) => readFileSync(join(connect, 'programs', file), 'utf8')
    .replace('https://burgee.example', server.origin).replace('bgs_key', keys.server).replace('bgc_key', keys.client);

  test('JavaScript in Node', async () => {
    const folder = temporary('connect-node');
    symlinkSync(join(root, 'e2e/browser/node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'node.mjs'), program('node.mjs'));
    assert.equal(await run(process.execPath, ['node.mjs'], { cwd: folder }), 'A special day\n');
  });

  test('JavaScript in a browser, which follows a change', async () => {
    const site = await serveSite(program('browser.js'));
    const browser = await launch();
    try {
      const page = await browser.newPage();
      await page.goto(site.origin);
      const day = (want) => page.waitForFunction((w) => document.body.dataset.day === w, want, { timeout: 10_000, polling: 20 });
      await day('special');
      await apply(server, keys.token, holiday(false));
      await day('normal');
      await apply(server, keys.token, holiday(true));
    } finally {
      await browser.close();
      site.close();
    }
  });

  test('Java, with the dependencies as they are shown', async (t) => {
    if (!process.env.PATH.split(delimiter).some((folder) => existsSync(join(folder, 'mvn')))) return t.skip('there is no Maven here');
    const folder = temporary('connect-java');
    const shown = readFileSync(join(connect, 'programs.ts'), 'utf8').match(/install: `(<dependency>[^`]*)`/)[1];
    writeFileSync(join(folder, 'pom.xml'), `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>example</groupId><artifactId>app</artifactId><version>1</version><dependencies>${shown}</dependencies></project>`);
    writeFileSync(join(folder, 'App.java'), program('App.java'));
    mkdirSync(join(folder, 'out'));
    await run('mvn', ['-q', '-B', 'dependency:build-classpath', '-Dmdep.outputFile=classpath'], { cwd: folder });
    const classes = readFileSync(join(folder, 'classpath'), 'utf8').trim() + delimiter + 'out';
    await run('javac', ['-cp', classes, '-d', 'out', 'App.java'], { cwd: folder });
    assert.match(await run('java', ['-cp', classes, 'App'], { cwd: folder }), /^A special day$/m);
  });

  test('each of them shows on the page Connections', async () => {
    await until('the programs', async () => {
      const answer = await fetch(`${server.origin}/api/v1/projects/default/connections`, { headers: { Authorization: `Bearer ${keys.token}` } });
      const { items } = await answer.json();
      return items.length >= 2 && items.every((item) => item.instances.every((i) => i.transport === 'ofrep'));
    });
  });
});
