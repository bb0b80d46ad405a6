// examples/calendar-web as its README runs it: a page in Chromium beside the Flask
// service, both following one experiment over a flag of each.
import assert from 'node:assert/strict';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch, violations, watch } from './lib/browser.mjs';
import { apply, freePort, root, run, start, startServer, temporary, until } from './lib/processes.mjs';

const keys = {
  token: 'bgp_calendar0000000000000000000000000000000000',
  server: 'bgs_calendar0000000000000000000000000000000000',
  client: 'bgc_calendar0000000000000000000000000000000000',
};
const day = '/calendar/api/v1.0/whatistoday';
const document_ = readFileSync(join(root, 'examples/calendar-web/experiment.yaml'), 'utf8');
const users = Array.from({ length: 20 }, (_, i) => `user-${i}`);

describe('the page beside the calendar service', () => {
  let server, service, site, origin, browser;

  before(async () => {
    server = await startServer({ env: { BURGEE_INIT_TOKEN: keys.token, BURGEE_INIT_SERVER_KEY: keys.server, BURGEE_INIT_CLIENT_KEY: keys.client } });
    const [servicePort, sitePort] = [await freePort(), await freePort()];
    service = start(join(root, 'build/venv/bin/python'), ['app.py'], {
      cwd: join(root, 'examples/calendar-flask'),
      env: { PATH: process.env.PATH, PYTHONPATH: join(root, 'python/src'), PYTHONUNBUFFERED: '1', BURGEE_URL: server.origin, BURGEE_KEY: keys.server, PORT: String(servicePort) },
    });
    const folder = join(temporary('calendar-web'), 'calendar-web');
    cpSync(join(root, 'examples/calendar-web'), folder, { recursive: true, filter: (path) => !path.endsWith('node_modules') });
    await run('npm', ['ci', '--silent', '--no-audit', '--no-fund'], { cwd: folder });
    origin = `http://127.0.0.1:${sitePort}`;
    site = start(process.execPath, ['serve.mjs'], {
      cwd: folder,
      env: { PATH: process.env.PATH, BURGEE_URL: server.origin, BURGEE_CLIENT_KEY: keys.client, SERVICE_URL: `http://127.0.0.1:${servicePort}`, PORT: String(sitePort) },
    });
    await until('the page and the service', async () => (await fetch(origin + day)).ok, { timeout: 60_000 });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await Promise.all([site?.stop(), service?.stop(), server?.stop()]);
  });

  const ofService = async (user) => (await (await fetch(origin + day, { headers: { 'X-User': user } })).json()).day;
  const celebrates = async (user) => {
    const answer = await fetch(`${server.origin}/ofrep/v1/evaluate/flags/web.celebrate`, {
      method: 'POST', headers: { 'X-API-Key': keys.client }, body: JSON.stringify({ context: { targetingKey: user } }),
    });
    return (await answer.json()).value === true;
  };

  test('page and service agree for every user, and one publish changes both', async () => {
    await apply(server, keys.token, document_);
    await until('the service to follow', async () => (await Promise.all(users.map(ofService))).includes('special'));
    const special = [];
    for (const user of users) {
      const celebrating = await celebrates(user);
      assert.equal(await ofService(user), celebrating ? 'special' : 'normal', user);
      if (celebrating) special.push(user);
    }
    assert.ok(special.length > 0 && special.length < users.length, `${special.length} of ${users.length} celebrate`);

    const page = await (await browser.newContext()).newPage();
    const asked = [];
    let evaluated = 0;
    const ofrep = (request) => request.url().includes('/ofrep/v1/');
    page.on('request', (request) => { if (ofrep(request)) asked.push(`${request.method()} ${new URL(request.url()).pathname}`); });
    page.on('requestfinished', (request) => { if (ofrep(request) && request.method() === 'POST') evaluated++; });
    const faults = watch(page, 'http://127.0.0.1:');
    await page.goto(`${origin}/?user=${special[0]}`);
    const shows = (wanted) => page.waitForFunction(
      (w) => document.querySelector('#day').value === w && document.querySelector('#banner').hidden === (w === 'normal'), wanted, { polling: 20 });
    await shows('special');
    assert.deepEqual(await violations(page), []);
    // The flags are new, so that the stream begins by asking to look again.
    const evaluations = () => asked.filter((a) => a.startsWith('POST')).length;
    await until('the stream', () => evaluated === 2);
    for (const state of ['stopped', 'running']) {
      await apply(server, keys.token, document_.replace('state: running', `state: ${state}`));
      const applied = Date.now();
      await shows(state === 'running' ? 'special' : 'normal');
      console.log(`the page shows an experiment ${state} after ${Date.now() - applied} ms`);
    }
    assert.equal(evaluations(), 4, 'one evaluation for each change');
    assert.equal(asked.filter((a) => a === 'GET /ofrep/v1/stream').length, 1, 'one stream all the time');
    assert.deepEqual(faults, []);
  });
});
