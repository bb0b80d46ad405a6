// OpenFeature's own OFREP providers for JavaScript against the built binary: the
// one for servers here in Node, the one for the web in Chromium, on a page of
// another origin than the server. Both are held to the rows of e2e/openfeature:
// what is read of an answer is in rows.json, what comes of an error in errors.json.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OpenFeature } from '@openfeature/server-sdk';
import { launch } from './lib/browser.mjs';
import { apply, binary, freePort, root, start, startServer, temporary, until } from './lib/processes.mjs';
import { startProxy } from './lib/proxy.mjs';
import { serveSite } from './lib/site.mjs';

const rows = JSON.parse(readFileSync(join(root, 'e2e/openfeature/rows.json'), 'utf8'));
const errors = JSON.parse(readFileSync(join(root, 'e2e/openfeature/errors.json'), 'utf8'));
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

const secrets = { ...keys, none: '', unknown: 'bgc_nobodyhasthiskey00000000000000000000000000' };
const longestPause = 5000; // of those that the server asks for, in milliseconds

// errorsOf are the rows of errors.json as they are for a provider.
const errorsOf = (who) => errors.filter((row) => !row.except?.[who]).map((row) => ({ flag: 'boolean-flag', value: false, reason: 'ERROR', ...row, ...row.by?.[who] }));

// checkError compares what a row of errors.json says, of the details that the
// program got and of the status that the provider did.
function checkError(row, { status, value, reason, errorCode }) {
  assert.deepEqual({ status, value, reason, errorCode }, { status: row.status, value: row.value, reason: row.reason, errorCode: row.errorCode || undefined }, row.name);
}

// flood asks with the client key without end, and returns once the server refuses:
// what ends it.
async function flood(server) {
  let calm = false, wait;
  const agent = new Agent({ keepAlive: true }); // several times as fast as fetch
  const once = () => new Promise((done, fail) => {
    const asked = request(`${server.origin}/ofrep/v1/evaluate/flags/boolean-flag`, { method: 'POST', agent, headers: { 'X-API-Key': keys.client } }, (answer) => {
      if (answer.statusCode === 429) wait ??= answer.headers['retry-after'];
      answer.resume().on('end', done);
    });
    asked.on('error', fail).end();
  });
  const ask = async () => { while (!calm) await once(); };
  const asking = [ask(), ask(), ask(), ask()];
  await until('a refusal', () => wait !== undefined);
  assert.match(wait, /^[1-9][0-9]*$/, 'whole seconds');
  return async () => {
    calm = true;
    await Promise.all(asking);
    agent.destroy();
  };
}

const method = { boolean: 'getBooleanDetails', string: 'getStringDetails', integer: 'getNumberDetails', float: 'getNumberDetails', object: 'getObjectDetails' };

describe("OpenFeature's providers for JavaScript", () => {
  let server, proxy, relay, unready;

  // trouble brings what a row speaks of; the returned function ends it.
  const trouble = async (when) => {
    if (when === 'limited') return flood(server);
    if (when === 'unready') await proxy.join(unready);
    else await proxy.cut();
    return () => proxy.join(server.port);
  };

  before(async () => {
    server = await startServer({ env: { BURGEE_INIT_TOKEN: keys.token, BURGEE_INIT_SERVER_KEY: keys.server, BURGEE_INIT_CLIENT_KEY: keys.client } });
    await apply(server, keys.token, readFileSync(join(root, 'e2e/openfeature/flags.yaml'), 'utf8'));
    proxy = await startProxy(server.port);
    // A relay that has never reached its server is one that is not ready.
    unready = await freePort();
    relay = start(binary, ['relay', '--addr', `127.0.0.1:${unready}`, '--data', temporary('relay'), '--ops-addr', '', '--upstream', 'http://127.0.0.1:9'], {
      env: { PATH: process.env.PATH, BURGEE_RELAY_TOKEN: keys.token },
    });
    await until('the relay', async () => (await fetch(`http://127.0.0.1:${unready}/readyz`)).status === 503);
  });
  after(async () => {
    await proxy?.cut();
    await relay?.stop();
    await server?.stop();
  });

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

  test('the one for servers gives the default on every error', async (t) => {
    for (const row of errorsOf('js-ofrep')) {
      const secret = secrets[row.credential ?? 'server'];
      const statuses = [];
      await OpenFeature.setProviderAndWait(new OFREPProvider({
        baseUrl: row.slash ? `${proxy.origin}/` : proxy.origin,
        headers: secret ? [['Authorization', `Bearer ${secret}`]] : [],
        fetchImplementation: async (request) => {
          const answer = await fetch(request);
          statuses.push(answer.status);
          return answer;
        },
      }));
      const client = OpenFeature.getClient();
      const ask = async () => {
        const before = statuses.length;
        const details = await client.getBooleanDetails(row.flag, false, row.context);
        return { ...details, status: statuses.length > before ? statuses.at(-1) : 0 };
      };
      if (row.when === 'cut') assert.equal((await ask()).value, true, row.name);
      const end = row.when && await trouble(row.when);
      let now = Date.now();
      if (row.pauses) t.mock.timers.enable({ apis: ['Date'], now }); // so that no pause is over before it was looked at
      let got = await ask();
      while (row.when === 'limited' && got.status === 200) got = await ask(); // now and then one of many is let in
      if (row.pauses) assert.match((await ask()).errorMessage, /paused/);
      await end?.();
      checkError(row, got);
      if (!row.pauses) continue;
      do t.mock.timers.setTime(now += longestPause); while (!(await ask()).value);
      t.mock.timers.reset();
    }
    await OpenFeature.close();
  });

  describe('the one for the web, in Chromium', () => {
    let site, browser, page, asked, evaluated;

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
      evaluated = 0;
      page.on('requestfinished', (request) => { if (request.method() === 'POST' && request.url().startsWith(server.origin)) evaluated++; });
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

    test('a page follows a change, without polling', async () => {
      const evaluations = () => asked.filter((a) => a.method === 'POST').length;
      const text = () => page.evaluate(() => window.flags.getStringValue('changing-flag', 'code'));
      assert.equal(await text(), 'foo');
      // The flags are new, so that the stream begins by asking to look again.
      await until('the stream', () => evaluated === 2);
      const before = evaluations();
      for (const next of ['bar', 'foo', 'bar']) {
        await apply(server, keys.token, JSON.stringify({ apiVersion: 'burgee/v1', project: 'default', flags: { 'changing-flag': { environments: { production: { default: next } } } } }));
        const applied = Date.now();
        await page.waitForFunction((want) => window.flags.getStringValue('changing-flag', 'code') === want, next, { polling: 20 });
        console.log(`a page follows after ${Date.now() - applied} ms`);
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

    describe('on errors', () => {
      let own;

      // open makes a provider for a row and waits until it is there, or has failed.
      const open = (row) => own.evaluate(async ([baseUrl, secret, cacheMode, domain, context]) => {
        const { OpenFeature, OFREPWebProvider, ProviderEvents } = await window.openFeature;
        const provider = new OFREPWebProvider({
          baseUrl, cacheMode, changeDetection: 'none', headers: secret ? [['X-API-Key', secret]] : [],
          fetchImplementation: async (request) => {
            const answer = await fetch(request);
            window.statuses.push(answer.status);
            return answer;
          },
        });
        Object.assign(window, { statuses: [], events: [] });
        const failed = await OpenFeature.setProviderAndWait(domain, provider, context).then(() => false, () => true);
        const client = OpenFeature.getClient(domain);
        for (const event of [ProviderEvents.Error, ProviderEvents.Stale]) client.addHandler(event, () => window.events.push(event));
        window.ask = (flag) => {
          const { value, reason, errorCode } = client.getBooleanDetails(flag, false);
          return { value, reason, errorCode, status: window.statuses.at(-1) ?? 0 };
        };
        // another asks for the flags of somebody else.
        window.another = async (targetingKey) => {
          Object.assign(window, { statuses: [], events: [] });
          await OpenFeature.setContext(domain, { targetingKey });
          return window.statuses.at(-1) ?? 0;
        };
        return !failed;
      }, [row.slash ? `${proxy.origin}/` : proxy.origin, secrets[row.credential ?? 'client'], kept(row) ? 'network-first' : 'disabled', row.name, row.context ?? { targetingKey: 'ann' }]);
      const kept = (row) => ['away', 'unready'].includes(row.when);
      const ask = (row) => own.evaluate((flag) => window.ask(flag), row.flag);
      const another = (name) => own.evaluate((who) => window.another(who), name);

      before(async () => {
        own = await browser.newPage();
        await own.goto(site.origin);
      });

      test('it gives the default before it has flags', async () => {
        for (const row of errorsOf('web-ofrep').filter((r) => !r.when)) {
          assert.equal(await open(row), row.initialises ?? row.errorCode !== 'PROVIDER_FATAL', row.name);
          checkError(row, await ask(row));
        }
      });

      test('it begins with the flags that it had', async () => {
        for (const row of errorsOf('web-ofrep').filter(kept)) {
          assert.ok(await open(row), row.name);
          assert.equal((await ask(row)).reason, 'STATIC', row.name);
          const end = await trouble(row.when);
          assert.ok(await open(row), row.name);
          checkError(row, await ask(row));
          await end();
        }
      });

      test('it goes on with the flags that it has', async () => {
        for (const row of errorsOf('web-ofrep').filter((r) => r.event)) {
          assert.ok(await open(row), row.name);
          const end = await trouble(row.when);
          let n = 0, now = Date.now();
          if (row.pauses) await own.clock.setFixedTime(now); // so that no pause is over before it was looked at
          while (await another(`user-${n++}`) === 200); // now and then one of many is let in
          checkError(row, await ask(row));
          assert.deepEqual(await own.evaluate(() => window.events), [row.event], row.name);
          if (row.pauses) assert.equal(await another('nobody'), 0, 'nothing is asked until the time');
          await end();
          if (!row.pauses) continue;
          do await own.clock.setFixedTime(now += longestPause); while (await another(`user-${n++}`) !== 200);
        }
      });
    });
  });
});
