// People sign in with a provider of OpenID Connect, a process of its own, through
// its page in Chromium, and with a second step: one server for both.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch, violations, watch } from './lib/browser.mjs';
import { leave, lookEverywhere, picture } from './lib/pages.mjs';
import { binary, freePort, root, run, start, startServer, temporary, until } from './lib/processes.mjs';

const owner = { email: 'ann@example.test', password: 'correct horse battery staple' };
// What e2e/signin/provider has.
const atProvider = { secret: 'a secret: +/%', password: "provider's password" };

describe('sign-in', () => {
  let server, provider, issuer, browser;

  before(async () => {
    const built = join(temporary('provider'), 'provider');
    await run('go', ['build', '-o', built, './provider'], { cwd: join(root, 'e2e/signin') });
    const port = await freePort();
    provider = start(built, [`http://127.0.0.1:${port}/signin/callback`], { stdio: ['pipe', 'pipe', 'pipe'] });
    issuer = await until('the provider', () => provider.output.match(/^(http:\S+)\n/)?.[1]);
    const key = execFileSync(binary, ['secret-key', 'new'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    server = await startServer({
      port,
      args: ['--outbound-allow', '127.0.0.1'],
      env: { BURGEE_SECRET_KEY: key, BURGEE_INIT_OWNER_EMAIL: owner.email, BURGEE_INIT_OWNER_PASSWORD: owner.password },
    });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    await provider?.stop();
  });

  const open = async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    return { context, page, faults: watch(page, server.origin) };
  };

  // local signs the owner in past the provider, up to the code where one is asked for.
  const local = async (page) => {
    await page.goto(`${server.origin}/signin?local`);
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  };
  const inside = (page) => page.getByRole('button', { name: /^Account of/ }).waitFor();

  test('an owner turns single sign-on on, and somebody comes in through the provider', async () => {
    const { context, page, faults } = await open();
    await local(page);
    await inside(page);
    await page.goto(`${server.origin}/settings?tab=signin`);
    await page.getByText(`${server.origin}/signin/callback`).waitFor();
    await page.getByLabel('Issuer', { exact: true }).fill(`${issuer}/`);
    await page.getByRole('button', { name: 'Ask the provider' }).click();
    await page.getByText(/exactly as the provider does/).waitFor();
    faults.length = 0; // Chromium prints the refusal
    await page.getByLabel('Issuer', { exact: true }).fill(issuer);
    await page.getByRole('button', { name: 'Ask the provider' }).click();
    await page.getByText(`People sign in at ${issuer}/auth.`).waitFor();
    await page.getByLabel('Client id', { exact: true }).fill('burgee');
    await page.getByLabel('Client secret', { exact: true }).fill(atProvider.secret);
    await page.getByLabel('Name', { exact: true }).fill('Corp');
    await page.getByRole('button', { name: 'Add a value' }).click();
    const everybody = page.getByRole('group', { name: 'Everybody' });
    await everybody.getByRole('button', { name: 'Add role' }).click();
    await everybody.getByText('viewer everywhere').waitFor();
    await page.getByLabel('Make an account for who is not known').check();
    await page.getByLabel('Domains').fill('example.test');
    await page.getByLabel(/^Owners, so that/).check();
    await page.getByRole('button', { name: 'Turn on' }).click();
    await page.getByText(/people sign in with Corp/).waitFor();
    await lookEverywhere(page, 'settings-sign-in');
    assert.deepEqual(faults, []);
    await context.close();

    const ben = await open();
    await ben.page.goto(server.origin);
    await ben.page.getByRole('button', { name: 'Sign in with Corp' }).click();
    await ben.page.getByLabel('Username:').fill('ben');
    await ben.page.getByLabel('Password:').fill(atProvider.password);
    await ben.page.getByRole('button', { name: 'Login' }).click();
    await inside(ben.page);
    assert.ok(ben.page.url().startsWith(server.origin) && !ben.page.url().includes('code='), ben.page.url());
    await ben.page.goto(`${server.origin}/settings?tab=account`);
    await ben.page.getByText(`This account is linked to ${issuer}, where you are ben.`).waitFor();
    await ben.page.goto(`${server.origin}/settings?tab=signin`);
    await ben.page.getByText(/^You may not/).waitFor();
    assert.deepEqual(await violations(ben.page), []);
    await ben.context.close();
  });

  test('a second step is set up, asked for, and passed with a recovery code', async () => {
    const { context, page } = await open();
    await local(page);
    await inside(page);
    await page.goto(`${server.origin}/settings?tab=account`);
    await page.getByRole('button', { name: 'Turn on a second step' }).click();
    const secret = (await page.getByRole('region', { name: 'The secret' }).textContent()).trim();
    await page.getByLabel(/^Code/).fill(codeOf(secret, 0));
    await page.getByRole('button', { name: 'Turn on', exact: true }).click();
    const shown = page.getByRole('region', { name: 'Recovery codes' });
    const old = (await shown.textContent()).trim().split('\n');
    assert.equal(old.length, 10);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText(/10 recovery codes are left/).waitFor();
    await picture(page, 'second-step');
    assert.deepEqual(await violations(page), []);

    await page.getByRole('button', { name: 'New recovery codes' }).click();
    await page.getByLabel('Your password').fill(owner.password);
    await page.getByRole('button', { name: 'Make codes' }).click();
    await page.getByText(/The old codes do not work any more/).waitFor();
    const codes = (await shown.textContent()).trim().split('\n');
    await picture(page, 'new-recovery-codes');
    assert.deepEqual(await violations(page), []);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: /^Account of/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in with Corp' }).waitFor();

    const give = async (code) => {
      await page.getByLabel('Code').fill(code);
      await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    };
    await local(page);
    await give(codeOf(secret, 1));
    await inside(page);
    await leave(page);
    await context.clearCookies();
    await local(page);
    await give(old[0]);
    await page.getByRole('alert').getByText(/The code is wrong/).waitFor();
    await give(codes[0]);
    await inside(page);
    await context.close();
  });
});

// codeOf is the code of a secret as RFC 6238 has it, some steps of 30 seconds from
// now.
function codeOf(secret, steps) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const sum = createHmac('sha1', key).update(counter).digest();
  return String((sum.readUInt32BE(sum[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}
