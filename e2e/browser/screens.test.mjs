// Every screen, light and dark, from 360 px to 1920 px: axe finds nothing, the
// page does not scroll sideways, the console is silent and nothing leaves the
// host. `make pictures` puts pictures into build/screenshots for people to look at.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { launch, violations, watch } from './lib/browser.mjs';
import { leave, paint, picture, signIn } from './lib/pages.mjs';
import { root, startServer, until } from './lib/processes.mjs';

const token = 'bgp_screens0000000000000000000000000000000000';
const serverKey = 'bgs_screens0000000000000000000000000000000000';
const owner = { email: 'ann@example.test', password: 'correct horse battery staple' };

const widths = [360, 768, 1440, 1920];
const desk = 1440;
const environment = '/p/default/e/production';
const screens = {
  flags: `${environment}/flags`,
  'flags-stale': `${environment}/flags?tab=stale`,
  'flag-targeting': `${environment}/flags/Flags.newer-ios`,
  'flag-split': `${environment}/flags/Flags.quarter`,
  'flag-evaluations': `${environment}/flags/Flags.beta?tab=evaluations`,
  'flag-history': `${environment}/flags/Flags.beta?tab=history`,
  'flag-variations': `${environment}/flags/Flags.banner?tab=variations`,
  'flag-code': `${environment}/flags/Flags.isHoliday?tab=code`,
  'flag-settings': `${environment}/flags/Flags.beta?tab=settings`,
  groups: `${environment}/groups`,
  group: `${environment}/groups/beta-testers`,
  experiments: `${environment}/experiments`,
  experiment: `${environment}/experiments/holiday`,
  'new-experiment': `${environment}/experiments?new=set`,
  why: `${environment}/why?flag=Flags.newer-ios`,
  live: `${environment}/live`,
  audit: `${environment}/audit`,
  connect: '/p/default/connect',
  projects: '/projects',
  project: '/p/default/settings',
  'project-environments': '/p/default/settings?tab=environments',
  compare: '/p/default/compare?from=production&to=development',
  settings: '/settings',
  members: '/settings?tab=members',
  roles: '/settings?tab=roles',
  'sign-in-settings': '/settings?tab=signin',
  account: '/settings?tab=account',
  sessions: '/settings?tab=sessions',
};

describe('every screen', () => {
  let server, browser;

  before(async () => {
    server = await startServer({
      env: { BURGEE_INIT_TOKEN: token, BURGEE_INIT_SERVER_KEY: serverKey, BURGEE_INIT_OWNER_EMAIL: owner.email, BURGEE_INIT_OWNER_PASSWORD: owner.password },
    });
    browser = await launch();
    await seed(server);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  // A page is loaded at the least width and then widened: it is the same page,
  // and loading all of them for each width took most of the time of these tests.
  test('at every width, light and dark', async () => {
    const context = await browser.newContext({ viewport: { width: widths[0], height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const faults = watch(page, server.origin);
    await page.emulateMedia({ colorScheme: 'dark' }); // which the door follows when it is loaded
    await page.goto(server.origin);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await page.setViewportSize({ width: desk, height: 900 });
    await look(page, `sign-in-dark-${desk}`, { onlyColours: true });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.reload();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await lookAtAllWidths(page, 'sign-in');
    await page.getByLabel('E-mail').fill(owner.email);
    await page.getByLabel('Password').fill(owner.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor({ state: 'hidden' });
    await page.getByRole('heading', { level: 1, name: 'Flags' }).waitFor();
    for (const [name, path] of Object.entries(screens)) {
      await page.setViewportSize({ width: widths[0], height: 900 });
      await page.goto(server.origin + path);
      await lookAtAllWidths(page, name);
      await lookAtDarkColours(page, name);
    }
    // The door asks for the session before anybody signed in; nothing else may fail.
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a receipt follows the reports by itself, and an override is told', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await signIn(page, server.origin, owner);
    await page.goto(`${server.origin}${environment}/flags/Flags.beta`);
    await page.getByText('This flag is overridden in 1 of 2 instances in PRODUCTION').waitFor();
    await page.getByRole('button', { name: 'Which instances' }).click();
    await look(page, 'flag-overridden');
    await page.goto(`${server.origin}${environment}/live`);
    await page.getByText('overrides Flags.beta').waitFor();
    await publish(server, ramp(60), 'two thirds');
    const newest = page.getByRole('region', { name: 'The newest revision' });
    await newest.getByText('applied by 0 of 2 instances, waiting for the others').waitFor();
    await reportApplied(server, 'a1');
    await newest.getByText(/^applied by 1 of 2 instances, slowest/).waitFor();
    await page.goto(`${server.origin}${environment}/audit`);
    const line = page.getByText(/^applied by . of 2 instances/).first();
    await line.waitFor();
    await reportApplied(server, 'b2');
    await page.waitForFunction(() => /^applied by 2 of 2 instances, slowest/.test(document.querySelector('[data-state]')?.textContent));
    await publish(server, ramp(90), 'nearly all');
    // Nobody reports: both are stale when the grace of 15 s has passed.
    const which = page.getByRole('button', { name: /^Which instances are stale/ }).first();
    await which.waitFor({ timeout: 60_000 });
    await which.click();
    await page.getByRole('table', { name: /^Stale at revision/ }).waitFor();
    await look(page, 'audit-stale');
    await context.close();
  });

  test('somebody is invited, joins with the link, and is out when removed', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await signIn(page, server.origin, owner);
    await page.goto(`${server.origin}/settings?tab=members`);
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.getByLabel('E-mail').fill('ben@example.test');
    await page.getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: 'publisher' }).click();
    await page.getByRole('combobox', { name: 'Where' }).click();
    await page.getByRole('option', { name: /Production$/ }).click();
    await page.getByRole('button', { name: 'Add role' }).click();
    await page.getByText('publisher in default/production').waitFor();
    await look(page, 'invite');
    await page.keyboard.press('Tab');
    await page.getByRole('button', { name: 'Make link' }).press('Enter');
    const link = (await page.getByText(/\/join#t=/).first().textContent()).match(/http\S+#t=[\w-]+/)[0];
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('Invitation of ben@example.test').waitFor();

    const theirs = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    const ben = await theirs.newPage();
    await ben.goto(link);
    await ben.getByText(/invited you as ben@example.test/).waitFor();
    await look(ben, 'join');
    await ben.getByLabel('Password').fill('another horse battery');
    await ben.getByLabel('Password').press('Enter');
    await ben.getByRole('heading', { level: 1, name: 'Flags' }).waitFor();
    assert.ok(!ben.url().includes('#t='));
    await ben.goto(`${server.origin}/settings?tab=sessions`);
    await ben.getByText('this one').waitFor();
    assert.equal(await ben.getByRole('tab', { name: 'Members' }).count(), 0);

    await page.reload();
    await page.getByRole('button', { name: 'Sessions: ben@example.test' }).press('Enter');
    const theirSessions = page.getByRole('dialog', { name: 'Sessions of ben@example.test' });
    await theirSessions.getByText('127.0.0.1').waitFor();
    for (const colorScheme of ['dark', 'light']) {
      await paint(page, colorScheme);
      await look(page, `member-sessions-${colorScheme}`);
    }
    await theirSessions.getByRole('button', { name: /^End the session at/ }).press('Enter');
    await page.getByRole('dialog', { name: 'End this session of ben@example.test?' }).getByRole('button', { name: 'End session' }).press('Enter');
    await theirSessions.getByText('None: ben@example.test is signed in nowhere.').waitFor();
    await look(page, 'member-sessions-none');
    await page.keyboard.press('Escape');
    await theirSessions.waitFor({ state: 'detached' });
    await leave(ben);
    await signIn(ben, server.origin, { email: 'ben@example.test', password: 'another horse battery' });

    await page.getByRole('button', { name: 'Remove: ben@example.test' }).click();
    const remove = page.getByRole('dialog').getByRole('button', { name: 'Remove' });
    await remove.waitFor();
    await look(page, 'remove-member');
    await remove.click();
    await page.getByRole('button', { name: 'Remove: ben@example.test' }).waitFor({ state: 'detached' });
    await leave(ben);
    await ben.goto(`${server.origin}${environment}/flags`);
    await ben.getByRole('button', { name: 'Sign in' }).waitFor();
    await ben.goto(link);
    await ben.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
    await look(ben, 'link-used');
    await theirs.close();
    await context.close();
  });

  test('a flag goes back to what it was, and Why tells of then and now', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    const faults = watch(page, server.origin);
    await signIn(page, server.origin, owner);
    await publish(server, past('"true"'), 'for everyone');
    const then = Date.now();
    await publish(server, past('"false"'), 'for nobody');
    await page.goto(`${server.origin}${environment}/flags/Flags.past?tab=history`);
    const picks = page.getByRole('checkbox', { name: /^Compare revision/ });
    await picks.nth(0).check();
    await picks.nth(1).check();
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByRole('list', { name: 'What differs' }).getByText('Flags.past in production: default true → false').waitFor();
    await look(page, 'compare');
    await page.keyboard.press('Escape');
    const row = page.getByRole('listitem').filter({ hasText: 'for everyone' });
    await row.getByRole('button', { name: 'Restore' }).first().click();
    await page.getByRole('list', { name: 'What changes' }).getByText('Flags.past in production: default false → true').waitFor();
    await look(page, 'rollback');
    await page.getByLabel('Reason').fill('it was better');
    await page.getByRole('button', { name: 'Roll back in PRODUCTION' }).click();
    await page.getByText('“it was better”').waitFor();
    await page.goto(`${server.origin}${environment}/why?flag=Flags.past`);
    const answer = page.getByRole('region', { name: 'Answer' });
    await answer.getByText('true', { exact: true }).waitFor();
    const newest = Number((await answer.textContent()).match(/revision ([\d,]+)/)[1].replace(',', ''));
    await page.getByLabel('Or at revision').fill(String(newest - 1));
    await answer.getByText('false', { exact: true }).waitFor();
    await answer.getByText(/in force from .* to .*, by BURGEE_INIT_TOKEN: Flags.past in production: default true → false/).waitFor();
    await look(page, 'why-past');
    await page.goto(`${server.origin}${environment}/why?flag=Flags.past&at=${new Date(then).toISOString()}`);
    await answer.getByText('true', { exact: true }).waitFor();
    await answer.getByText(/in force from/).waitFor();
    await page.goto(`${server.origin}${environment}/audit?env=production`);
    await page.getByRole('button', { name: `Back to revision ${newest - 1}` }).first().click();
    await page.getByRole('list', { name: 'What changes' }).waitFor();
    await look(page, 'rollback-environment');
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('a flag that programs ask for is archived once they were seen', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await signIn(page, server.origin, owner);
    await page.goto(`${server.origin}${environment}/flags/Flags.banner?tab=settings`);
    await page.getByRole('button', { name: 'Archive this flag' }).press('Enter');
    const nobody = page.getByRole('dialog', { name: 'Archive Flags.banner?' });
    await nobody.getByText('No program asked for it in the last 7 days.').waitFor();
    await page.keyboard.press('Escape');
    await nobody.waitFor({ state: 'detached' });
    await page.goto(`${server.origin}${environment}/flags/Flags.beta?tab=settings`);
    await page.getByRole('button', { name: 'Archive this flag' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Archive Flags.beta?' });
    await dialog.getByText(/calendar 1.4.0 in production/).waitFor();
    for (const colorScheme of ['dark', 'light']) {
      await paint(page, colorScheme);
      await look(page, `archive-asked-${colorScheme}`);
    }
    const archive = dialog.getByRole('button', { name: 'Archive in every environment' });
    assert.ok(await archive.isDisabled());
    await dialog.getByRole('checkbox', { name: /with their own default/ }).press('Space');
    await archive.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /^Restore/ }).first().waitFor();
    await page.goto(`${server.origin}${environment}/flags?flat=true`);
    await page.getByRole('checkbox', { name: 'Select Flags.banner' }).press('Space');
    await page.getByRole('checkbox', { name: 'Select Flags.isHoliday' }).press('Space');
    await page.getByRole('region', { name: 'Selected flags' }).getByRole('button', { name: 'Archive' }).press('Enter');
    const several = page.getByRole('dialog', { name: 'Archive 2 flags?' });
    await several.getByRole('listitem').filter({ hasText: 'Flags.isHoliday: calendar 1.4.0 in production' }).waitFor();
    await several.getByRole('button', { name: 'Archive all the same' }).waitFor();
    await look(page, 'archive-several');
    await page.keyboard.press('Escape');
    await several.waitFor({ state: 'detached' });
    await context.close();
  });

  test('a flag that looks like another is made all the same, is stale, and is kept', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await signIn(page, server.origin, owner);
    await page.goto(`${server.origin}${environment}/flags?create=true&flat=true`);
    await page.getByRole('textbox', { name: 'Name' }).fill('flags.is_holiday');
    await page.keyboard.press('Enter');
    const same = page.getByRole('button', { name: 'Create flags.is_holiday all the same' });
    await same.waitFor();
    await draw(page, 'flag-looks-like');
    await same.press('Enter');
    await page.getByRole('link', { name: 'Looks like Flags.isHoliday' }).waitFor();
    await look(page, 'flags-alike');
    await page.goto(`${server.origin}${environment}/flags/flags.is_holiday?tab=settings`);
    await page.getByLabel('To be removed by').fill('2020-01-01');
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await page.getByText('Stale: was to be removed by 2020-01-01.').waitFor();
    await draw(page, 'flag-stale');
    await page.goto(`${server.origin}${environment}/flags?tab=stale`);
    await page.getByRole('button', { name: 'Keep flags.is_holiday' }).press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Keep flags.is_holiday?' });
    await dialog.getByRole('radio', { name: 'for good' }).press('Space');
    await look(page, 'flag-keep');
    await dialog.getByRole('button', { name: 'Keep it' }).press('Enter');
    await page.getByText('Nothing under “Stale”').waitFor();
    await page.goto(`${server.origin}${environment}/flags/flags.is_holiday`);
    await page.getByText('Kept for good, whatever it serves.').waitFor();
    await page.getByRole('button', { name: 'Keep it no longer' }).press('Enter');
    await page.getByText('Stale: was to be removed by 2020-01-01.').waitFor();
    await context.close();
  });

  test('the page of a key that holds dots can be loaded anew', async () => {
    for (const path of [screens['flag-targeting'], '/p/default/e/production/flags/Flags.isHoliday']) {
      const response = await fetch(server.origin + path);
      assert.equal(response.status, 200);
      assert.match(response.headers.get('content-type'), /text\/html/);
    }
    assert.equal((await fetch(`${server.origin}/assets/none.js`)).status, 404);
  });
});

// draw takes a picture, and refuses a page that scrolls sideways.
async function draw(page, name) {
  await picture(page, name);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${name} scrolls ${wide} px sideways`);
}

// look is the same, and axe finds nothing.
async function look(page, name, what) {
  await draw(page, name);
  assert.deepEqual(await violations(page, what), [], name);
}

async function lookAtAllWidths(page, name) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await settled(page);
    const view = `${name}-light-${width}`;
    // What axe finds at the least and the greatest width it finds between them. At the
    // greatest it looks with make pictures.
    if (width === widths[0] || (width === widths.at(-1) && process.env.PICTURES)) await look(page, view);
    else await draw(page, view);
  }
}

// Themes differ in their colours and in nothing else, so of the dark one only those
// are looked at, as a desk has them. The page is light again afterwards.
async function lookAtDarkColours(page, name) {
  await page.setViewportSize({ width: desk, height: 900 });
  for (const colorScheme of ['dark', 'light']) {
    await paint(page, colorScheme);
    await settled(page);
    if (colorScheme === 'dark') await look(page, `${name}-dark-${desk}`, { onlyColours: true });
  }
}

// settled waits until the skeletons are gone.
async function settled(page) {
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy=true], .mantine-Skeleton-root') === null);
  // What a new width loads, such as a drawer's code, is asked for within a frame.
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
}

// A response that nobody holds is closed with the next collection of garbage.
const connected = [];

const callerOf = (instance) => ({
  'burgee-application': 'calendar', 'burgee-application-version': '1.4.0', 'burgee-platform': 'python%203.12%20linux',
  'burgee-sdk': 'python/0.1.0', 'burgee-instance': instance,
});

async function publish(server, text, comment) {
  const response = await fetch(`${server.origin}/api/v1/projects/default/apply`, {
    method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ text, comment }),
  });
  assert.ok(response.ok, await response.text());
}

const ramp = (share) => `apiVersion: burgee/v1
flags:
  Flags.ramp: {type: boolean, environments: {production: {default: {serve: {"true": ${share}, "false": ${100 - share}}}}}}
`;

const past = (value) => `apiVersion: burgee/v1
flags:
  Flags.past: {type: boolean, environments: {production: {default: ${value}}}}
`;

let reports = 0;

// reportApplied says, as an SDK does, that an instance has the newest revision.
async function reportApplied(server, instance, more = {}) {
  const headers = { authorization: `Bearer ${serverKey}`, 'content-type': 'application/json' };
  const snapshot = await fetch(`${server.origin}/sdk/v1/snapshot`, { headers });
  const application = { name: 'calendar', version: '1.4.0', platform: 'python 3.12 linux', sdk: 'python/0.1.0', instance };
  const applied = { id: snapshot.headers.get('etag').replaceAll('"', ''), ago_ms: 1 };
  const body = JSON.stringify({ id: `report-${++reports}`, application, counts: [], applied, ...more });
  const response = await fetch(`${server.origin}/sdk/v1/events`, { method: 'POST', headers, body });
  assert.equal(response.status, 202, await response.text());
}

// seed fills a server with what the screens show: flags of every type, a
// group, an experiment, a program's declarations and its evaluations.
async function seed(server) {
  const call = async (path, body, key = token) => {
    const response = await fetch(server.origin + path, {
      method: 'POST', headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    assert.ok(response.ok, `${path}: ${response.status} ${await response.text()}`);
  };
  const application = { name: 'calendar', version: '1.4.0', platform: 'python 3.12 linux', sdk: 'python/0.1.0', instance: 'a1' };
  await call('/sdk/v1/register', { application, flags: [{ key: 'Flags.isHoliday', type: 'boolean', default: false, description: 'Serve the special day' }] }, serverKey);
  const text = readFileSync(join(root, 'e2e', 'testdata', 'story.yaml'), 'utf8');
  await call('/api/v1/projects/default/apply', { text, file: 'story.yaml', comment: 'The story of the guide' });
  await until('the flag that the program declared', async () => {
    const flags = await (await fetch(`${server.origin}/api/v1/projects/default/flags`, { headers: { authorization: `Bearer ${token}` } })).json();
    return flags.items.some((flag) => flag.key === 'Flags.isHoliday');
  });
  await call('/api/v1/projects/default/apply', {
    document: { apiVersion: 'burgee/v1', project: 'default', experiments: { holiday: { environment: 'production', state: 'running', serve: { 'Flags.isHoliday': 'true' } } } },
  });
  const now = Date.now();
  const counts = [];
  for (let hour = 0; hour < 20; hour++) {
    for (const [variation, n] of [['true', 40 + ((hour * 7) % 30)], ['false', 100 - hour]]) {
      counts.push({ flag: 'Flags.beta', variation, reason: 'RULE', minute: Math.floor((now - hour * 3_600_000) / 60_000) * 60_000, count: n });
    }
  }
  await call('/sdk/v1/events', { id: 'screens-1', application, counts }, serverKey);
  // Two processes of a program that are connected while the screens are looked
  // at: one has applied what was published then, the other one has not yet.
  for (const instance of ['a1', 'b2']) {
    connected.push(await fetch(`${server.origin}/sdk/v1/stream`, { headers: { authorization: `Bearer ${serverKey}`, ...callerOf(instance) } }));
  }
  await publish(server, ramp(30), 'a third');
  await reportApplied(server, 'a1', { overrides: ['Flags.beta'] });
  await fetch(`${server.origin}/sdk/v1/snapshot`, { headers: { authorization: 'Bearer bgs_wrong000000000000000000000000000000000' } });
}
