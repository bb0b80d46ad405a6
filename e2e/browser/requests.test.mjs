// Change control as people meet it: one drafts, another approves and publishes, a
// third sees who, what and why; two who edit one flag lose nothing. Every screen
// of it in both themes, wide and narrow, and by keyboard.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch } from './lib/browser.mjs';
import { api, lookEverywhere, openWindow } from './lib/pages.mjs';
import { startServer } from './lib/processes.mjs';

const token = 'bgp_requests000000000000000000000000000000000';
const password = 'correct horse battery staple';
const environment = '/p/default/e/production';
const requests = '/p/default/change-requests';

describe('change requests in the browser', () => {
  let server, browser;

  before(async () => {
    server = await startServer({
      env: { BURGEE_INIT_TOKEN: token, BURGEE_INIT_OWNER_EMAIL: 'ann@example.test', BURGEE_INIT_OWNER_PASSWORD: password },
    });
    browser = await launch();
    await call('POST', '/projects/default/apply', {
      text: 'apiVersion: burgee/v1\nflags: {Flags.theme: {type: boolean, environments: {production: {default: false}}}, Flags.other: {type: boolean, environments: {production: {default: false}}}}\n',
    });
    await invite('ben@example.test', ['publisher']);
    await invite('carla@example.test', ['viewer']);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const call = (method, path, body, key = token) => api(server, key, method, path, body);

  // invite makes an account with the link that its owner would get.
  async function invite(email, roles) {
    const made = await call('POST', '/links', { email, roles });
    await call('POST', '/links/use', { token: made.url.split('#t=')[1], password });
  }

  const windowOf = (email) => openWindow(browser, server.origin, { email, password });
  const look = (page, name) => lookEverywhere(page, `requests-${name}`);

  const theme = `${environment}/flags/Flags.theme`;
  const otherwise = (page) => page.getByRole('combobox', { name: 'Otherwise serve' });

  test('ann protects an environment, drafts and opens; ben approves and publishes; carla sees who, what and why', async () => {
    const ann = await windowOf('ann@example.test');
    await ann.page.goto(`${server.origin}/p/default/settings?tab=approvals`);
    const production = ann.page.getByRole('region', { name: 'Production' });
    await production.getByLabel('Approvals that a change needs').fill('1');
    await production.getByRole('button', { name: 'Save' }).click();
    await ann.page.waitForFunction(() => document.querySelector('section[aria-label="Production"] button[type=submit]')?.disabled);
    await look(ann.page, 'approvals');

    // Nothing waits yet.
    await ann.page.goto(server.origin + requests);
    await ann.page.getByRole('heading', { name: 'Nothing under “Open”' }).waitFor();
    await look(ann.page, 'list-empty');

    await ann.page.goto(server.origin + theme);
    await otherwise(ann.page).selectOption('true');
    await ann.page.getByRole('button', { name: 'Review change' }).first().click();
    const drawer = ann.page.getByRole('dialog', { name: /Review change/ });
    await drawer.getByText('This change needs 1 approval in Production.').waitFor();
    await drawer.getByRole('button', { name: 'Request review' }).waitFor();
    await look(ann.page, 'drawer');
    await drawer.getByLabel('What to do').selectOption('draft');
    await drawer.getByLabel('Title').fill('The theme for all');
    await drawer.getByLabel('Why').fill('the holiday is near');
    await drawer.getByRole('button', { name: 'Save as draft' }).click();
    await ann.page.getByRole('heading', { level: 1, name: '#1 The theme for all' }).waitFor();
    await look(ann.page, 'draft');

    // Ben sees the draft, which asks him nothing yet; his page follows ann's.
    const ben = await windowOf('ben@example.test');
    await ben.page.goto(`${server.origin}${requests}/1`);
    await ben.page.getByText('draft', { exact: true }).waitFor();
    assert.equal(await ben.page.getByRole('button', { name: 'Approve' }).count(), 0);
    await ann.page.getByRole('button', { name: 'Open for review' }).focus();
    await ann.page.keyboard.press('Enter');
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Open for review' }).press('Enter');
    await ann.page.getByText('needs approval').waitFor();
    await ben.page.getByText('needs approval').waitFor();
    assert.match(await ann.page.getByRole('button', { name: 'Approve' }).getAttribute('title'), /somebody else has to approve/);

    await ben.page.getByLabel('Comment').fill('is the green one in?');
    await ben.page.getByRole('button', { name: 'Comment' }).click();
    await ann.page.getByText('“is the green one in?”').waitFor();
    await look(ben.page, 'open');
    await ben.page.goto(server.origin + theme);
    await ben.page.getByText('1 change waits').waitFor();
    await ben.page.getByRole('link', { name: '#1 The theme for all' }).click();

    await ben.page.getByRole('button', { name: 'Approve' }).click();
    await ben.page.getByLabel('Reason').fill('looks right');
    await ben.page.getByRole('dialog').getByRole('button', { name: 'Approve' }).click();
    await ben.page.getByText('ready to publish').waitFor();
    await ben.page.getByRole('button', { name: 'Publish to PRODUCTION' }).click();
    await ben.page.getByRole('dialog').getByRole('button', { name: 'Publish to PRODUCTION' }).click();
    await ben.page.getByText(/^Published as/).waitFor();
    await ann.page.getByText(/^Published as/).waitFor();
    assert.equal((await call('POST', '/projects/default/environments/production/evaluate', { flag: 'Flags.theme', context: 'x' })).value, true);

    const carla = await windowOf('carla@example.test');
    await carla.page.goto(`${server.origin}${theme}?tab=history`);
    const change = carla.page.getByRole('listitem').filter({ hasText: 'default false → true' }).first();
    await change.getByText('ben@example.test').waitFor();
    await change.getByText(/change request 1: The theme for all/).waitFor();
    await carla.page.goto(`${server.origin}${requests}?tab=published`);
    await carla.page.getByRole('link', { name: 'The theme for all' }).click();
    for (const said of ['the holiday is near', '“is the green one in?”', '“looks right”']) {
      await carla.page.getByText(said).first().waitFor();
    }
    await carla.page.getByText('1 of 1, by ben@example.test').waitFor();
    assert.match(await carla.page.getByRole('main').textContent(), /by ann@example\.test/);
    const changes = carla.page.getByRole('list', { name: 'What it changes' });
    await changes.getByText('Flags.theme in production: default false → true').waitFor();
    assert.equal(await carla.page.getByRole('button', { name: 'Publish to PRODUCTION' }).count(), 0);
    await look(carla.page, 'published');
    for (const one of [ann, ben, carla]) {
      assert.deepEqual(one.faults, []);
      await one.close();
    }
  });

  test('a change request that was overtaken is merged on the three-way screen, part by part', async () => {
    const text = 'apiVersion: burgee/v1\nflags: {Flags.other: {environments: {production: {default: true}}}}\n';
    const made = await call('POST', '/projects/default/change-requests', { title: 'The other on', text });
    await call('POST', '/projects/default/apply', {
      bypass: 'overtaking',
      text: 'apiVersion: burgee/v1\nflags: {Flags.other: {environments: {production: {default: code, off: code}}}}\n',
    });
    const ann = await windowOf('ann@example.test');
    await ann.page.goto(`${server.origin}${requests}/${made.number}`);
    const conflict = ann.page.getByRole('region', { name: 'Conflict' });
    await conflict.getByText('It was changed on both sides.').waitFor();
    await look(ann.page, 'conflict');
    await conflict.getByRole('radio', { name: /^Proposed/ }).focus();
    await ann.page.keyboard.press('Space');
    await conflict.getByRole('button', { name: 'Save as version 2' }).press('Enter');
    await ann.page.getByText('version 2', { exact: true }).waitFor();
    await conflict.waitFor({ state: 'detached' });
    const merged = await call('GET', `/projects/default/change-requests/${made.number}`);
    assert.equal(merged.conflicts, 0);
    assert.deepEqual([merged.items[0].proposed.default, merged.items[0].proposed.off], ['true', 'code']);
    // To go back to what the flag was is proposed too.
    await ann.page.goto(`${server.origin}${environment}/flags/Flags.other?tab=history`);
    const first = ann.page.getByRole('listitem').filter({ hasText: 'default code → false' }).first();
    await first.getByRole('button', { name: 'Restore' }).click();
    await ann.page.getByText('This needs 1 approval in Production: it becomes a change request.').waitFor();
    await look(ann.page, 'restore');
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Request review' }).press('Enter');
    await ann.page.getByRole('heading', { level: 1, name: /^#\d+ Roll Flags.other back to revision 2/ }).waitFor();
    await ann.page.getByText('needs approval').waitFor();
    await ann.page.goto(`${server.origin}${requests}/${made.number}`);
    // In an emergency it goes live without an approval, with the reason.
    await ann.page.getByRole('button', { name: 'Publish in an emergency…' }).click();
    await ann.page.getByRole('dialog').getByLabel('Reason').fill('checkout is down');
    await look(ann.page, 'emergency');
    await ann.page.getByRole('dialog').getByRole('button', { name: 'Publish to PRODUCTION now' }).click();
    await ann.page.getByText(/published past the approvals: checkout is down/).first().waitFor();
    assert.deepEqual(ann.faults, []);
    await ann.close();
  });

  test('two people edit one flag: nobody loses an edit, and the second meets the three-way screen', async () => {
    await call('PUT', '/projects/default/environments/production/approvals', { approvals: 0 });
    const ann = await windowOf('ann@example.test');
    const ben = await windowOf('ben@example.test');
    for (const { page } of [ann, ben]) {
      await page.goto(server.origin + theme);
      await otherwise(page).waitFor();
    }
    await otherwise(ann.page).selectOption('false');
    await otherwise(ben.page).selectOption('code');
    await ben.page.getByRole('combobox', { name: /^When off/ }).selectOption('true');
    const publish = async ({ page }) => {
      await page.getByRole('button', { name: 'Review change' }).first().click();
      await page.getByRole('button', { name: 'Publish to PRODUCTION' }).click();
    };
    await publish(ann);
    await ann.page.getByText(/^Revision \d+$/).waitFor();
    await publish(ben);
    const drawer = ben.page.getByRole('dialog', { name: /Review change/ });
    await drawer.getByText('This was changed while you were editing. Nothing was published.').waitFor();
    await drawer.getByText(/live: ann@example.test/).waitFor();
    await look(ben.page, 'three-way');
    await drawer.getByRole('radio', { name: /^Theirs/ }).focus();
    await ben.page.keyboard.press('Space');
    await drawer.getByRole('button', { name: 'Review the result' }).press('Enter');
    await drawer.getByText('This was changed while you were editing. Nothing was published.').waitFor({ state: 'detached' });
    await drawer.getByRole('button', { name: 'Publish to PRODUCTION' }).click();
    await ben.page.getByText(/^Revision \d+$/).waitFor();
    const flag = await call('GET', '/projects/default/flags/Flags.theme');
    assert.deepEqual([flag.configurations.production.default, flag.configurations.production.off], ['false', 'true']);
    for (const one of [ann, ben]) await one.close();
  });

  test('a change is scheduled in the drawer, and the list says what is pending', async () => {
    const ann = await windowOf('ann@example.test');
    await ann.page.goto(`${server.origin}${environment}/flags/Flags.other`);
    await otherwise(ann.page).selectOption('false');
    await ann.page.getByRole('button', { name: 'Review change' }).first().click();
    const drawer = ann.page.getByRole('dialog', { name: /Review change/ });
    await drawer.getByLabel('What to do').selectOption('schedule');
    const due = new Date(Date.now() + 48 * 3_600_000);
    const day = [due.getFullYear(), due.getMonth() + 1, due.getDate()].map((n) => String(n).padStart(2, '0')).join('-');
    await drawer.getByLabel('When').fill(`${day}T08:00`);
    await look(ann.page, 'schedule');
    await drawer.getByRole('button', { name: 'Schedule' }).click();
    await ann.page.getByText(`It is published at ${day} 08:00.`).waitFor();
    await ann.page.goto(`${server.origin}${requests}?tab=scheduled&env=production`);
    await ann.page.getByText(`at ${day} 08:00`).waitFor();
    await look(ann.page, 'scheduled');
    assert.deepEqual(ann.faults, []);
    await ann.close();
  });
});
