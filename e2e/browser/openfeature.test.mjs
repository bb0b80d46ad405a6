// OpenFeature's own OFREP providers for JavaScript against the built binary: the
// one for servers here in Node, the one for the web in Chromium, on a page of
// another origin than the server. Both are held to the rows of e2e/openfeature.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';
import { launch } from './lib/browser.mjs';
import { apply, root, startServer, until } from './lib/processes.mjs';
import { serveSite } from './lib/site.mjs';

const rows = JSON.parse(readFileSync(join(root, 'e2e/openfeature/rows.json'), 'utf8'));
const keys = {
  token: 'bgp_browser00000000000000000000000000000000000',
  server: 'bgs_browser00000000000000000000000000000000000',
  client: 'bgc_browser00000000000000000000000000000000000',
};

// expected is what a row gives over OFREP; client keys do not see every flag.
function expected(row, client) {
  if (client && row.flag === 'server-only-flag') return { value: row.default, errorCode: 'FLAG_NOT_FOUND' };
  const want = { value: row.value, errorCode: row.errorCode };
  if (row.variant !== undefined) want.variant = row.variant;
  const reason = row.overOFREP?.reason ?? row.reason;
  if (reason) want.reason = reason;
  return want;
}

// same compares what the row speaks of.
function same(name, got, want) {
  const shown = Object.fromEntries(Object.keys(want).map((key) => [key, got[key]]));
  assert.deepEqual(shown, want, name);
}

const method = { boolean: 'getBooleanDetails', string: 'getStringDetails', integer: 'getNumberDetails', float: 'getNumberDetails', object: 'getObjectDetails' };

describe("OpenFeature's providers for JavaScript", () => {
  let server;

  before(async () => {
    server = await startServer({ env: { BURGEE_INIT_TOKEN: keys.token, BURGEE_INIT_SERVER_KEY: keys.server, BURGEE_INIT_CLIENT_KEY: keys.client } });
    await apply(server, keys.token, readFileSync(join(root, 'e2e/openfeature/flags.yaml'), 'utf8'));
  });
  after(() => server?.stop());

  test('the one for servers reads every answer right', async () => {
    const headersFactory = () => [['Authorization', `Bearer ${keys.server}`]];
    await OpenFeature.setProviderAndWait(new OFREPProvider({ baseUrl: server.origin, headersFactory }));
    const client = OpenFeature.getClient();
    for (const row of rows.filter((r) => r.capability === 'disabled-flags')) {
      assert.equal((await client[method[row.type]](row.flag, row.default)).value, row.value, row.name);
    }
    for (const row of rows.filter((r) => !r.except?.['js-ofrep'])) {
      same(row.name, await client[method[row.type]](row.flag, row.default, row.context), expected(row, false));
    }
    await OpenFeature.close();
  });

  describe('the one for the web, in Chromium', () => {
    let site, browser, page, asked;

    before(async () => {
      site = await serveSite(`import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, ProviderEvents } from '@openfeature/web-sdk';
window.loaded({ OFREPWebProvider, OpenFeature, ProviderEvents });`);
      browser = await launch();
      page = await browser.newPage();
      asked = [];
      page.on('request', (request) => {
        const { origin, pathname, searchParams } = new URL(request.url());
        if (origin === server.origin) asked.push({ method: request.method(), path: pathname, hint: searchParams.get('flagConfigEtag') });
      });
      page.on('console', (message) => { if (message.type() === 'error') console.error(message.text()); });
      await page.goto(site.origin);
      await page.evaluate(async ([baseUrl, key]) => {
        const { OpenFeature, OFREPWebProvider, ProviderEvents } = await window.openFeature;
        const provider = new OFREPWebProvider({ baseUrl, headers: [['X-API-Key', key]], cacheMode: 'disabled' });
        await OpenFeature.setProviderAndWait(provider, { targetingKey: 'ann' });
        window.flags = OpenFeature.getClient();
        window.changes = [];
        window.flags.addHandler(ProviderEvents.ConfigurationChanged, (details) => window.changes.push(details.flagsChanged));
      }, [server.origin, keys.client]);
    });
    after(async () => {
      await browser?.close();
      site?.close();
    });

    test('a page follows a change within two seconds, without polling', async () => {
      const evaluations = () => asked.filter((a) => a.method === 'POST').length;
      const text = () => page.evaluate(() => window.flags.getStringValue('changing-flag', 'code'));
      assert.equal(await text(), 'foo');
      // The flags are new, so that the stream begins by asking to look again.
      await until('the stream', () => evaluations() === 2);
      const before = evaluations();
      for (const next of ['bar', 'foo', 'bar']) {
        await apply(server, keys.token, JSON.stringify({ apiVersion: 'burgee/v1', project: 'default', flags: { 'changing-flag': { environments: { production: { default: next } } } } }));
        await page.waitForFunction((want) => window.flags.getStringValue('changing-flag', 'code') === want, next, { timeout: 2000, polling: 20 });
      }
      assert.equal(evaluations() - before, 3, 'one evaluation for each change');
      assert.ok(asked.filter((a) => a.hint).length >= 3, 'the stream said which revision to ask for');
      assert.equal(asked.filter((a) => a.path === '/ofrep/v1/stream').length, 1, 'one stream all the time');
      assert.deepEqual(await page.evaluate(() => window.changes), [['changing-flag'], ['changing-flag'], ['changing-flag']]);
    });

    test('it reads every answer right, with a client key', async () => {
      for (const row of rows.filter((r) => !r.except?.['web-ofrep'])) {
        const got = await page.evaluate(async ([name, flag, fallback, context]) => {
          const { OpenFeature } = await window.openFeature;
          await OpenFeature.setContext(context);
          const { value, variant, reason, errorCode } = window.flags[name](flag, fallback);
          return { value, variant, reason, errorCode };
        }, [method[row.type], row.flag, row.default, row.context ?? {}]);
        same(row.name, got, expected(row, true));
      }
    });
  });
});
