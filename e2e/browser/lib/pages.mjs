// What several browser tests do on Burgee's own pages.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { launch, violations, watch } from './browser.mjs';
import { root, startServer } from './processes.mjs';

// owner is the owner of a server that openDashboard starts.
export const owner = { email: 'ann@example.test', password: 'correct horse battery staple' };
const ownersToken = 'bgp_owner000000000000000000000000000000000000';

// picture puts a screenshot into build/screenshots, for people to look at: make pictures.
export async function picture(page, name, options) {
  if (!process.env.PICTURES) return;
  const folder = join(root, 'build', 'screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), ...options });
}

// signIn signs somebody in on a page, up to the list of flags.
export async function signIn(page, origin, { email, password }) {
  await page.goto(origin);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'Flags' }).waitFor();
}

// leave leaves a page whose session has ended. Such a page goes to the door by itself, and
// an address opened meanwhile would be overtaken by that.
export const leave = (page) => page.goto('about:blank');

// paint waits until one of Burgee's pages is light or dark.
export async function paint(page, colorScheme) {
  await page.emulateMedia({ colorScheme });
  await page.locator(`[data-mantine-color-scheme=${colorScheme}]`).waitFor();
}

// openWindow opens a window of somebody's own and signs them in; faults holds what
// watch records from then on.
export async function openWindow(browser, origin, person) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await signIn(page, origin, person);
  return { page, faults: watch(page, origin), close: () => context.close() };
}

// openDashboard starts a server that has an owner, has seed fill it, since people come
// to the flags where there are some, and opens the owner's window. call asks the API as
// the owner may; close ends all of it.
export async function openDashboard({ env = {}, seed }) {
  const server = await startServer({
    env: { BURGEE_INIT_TOKEN: ownersToken, BURGEE_INIT_OWNER_EMAIL: owner.email, BURGEE_INIT_OWNER_PASSWORD: owner.password, ...env },
  });
  const call = (method, path, body) => api(server, ownersToken, method, path, body);
  let browser;
  const close = async () => {
    await browser?.close();
    await server.stop();
  };
  try {
    await seed(call);
    browser = await launch();
    const { page, faults } = await openWindow(browser, server.origin, owner);
    return { server, page, faults, call, close };
  } catch (error) {
    await close();
    throw error;
  }
}

// lookEverywhere takes a picture of a screen wide and narrow, and of its dark colours, and
// runs axe on each; it leaves the page wide and light.
export async function lookEverywhere(page, name) {
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    await paint(page, theme);
    for (const width of theme === 'light' ? [1280, 360] : [1280]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      await picture(page, `${name}-${theme}-${width}`, { fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${name} at ${width} px scrolls ${wide} px sideways`);
      assert.deepEqual(await violations(page, { onlyColours: theme === 'dark' }), [], `${name} ${theme} ${width}`);
    }
  }
  await paint(page, 'light');
  await page.setViewportSize({ width: 1280, height: 900 });
}

// api asks a server's API with a token, and wants the answer to be a good one.
export async function api(server, token, method, path, body) {
  const response = await fetch(`${server.origin}/api/v1${path}`, {
    method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
  });
  assert.ok(response.ok, `${path}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}
