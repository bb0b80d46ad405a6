// What several browser tests do on Burgee's own pages.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { violations } from './browser.mjs';
import { root } from './processes.mjs';

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

// lookEverywhere takes a picture of a screen wide and narrow, light and dark, and
// runs axe on each; it leaves the page wide and light.
export async function lookEverywhere(page, name) {
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    for (const width of [1280, 360]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      await picture(page, `${name}-${theme}-${width}`, { fullPage: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(wide <= 0, `${name} at ${width} px scrolls ${wide} px sideways`);
      assert.deepEqual(await violations(page, { onlyColours: theme === 'dark' }), [], `${name} ${theme} ${width}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
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
