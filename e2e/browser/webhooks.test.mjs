// Webhooks as people make and use them, with a real receiver: one is made, told of a
// change, read about, rotated, and told to stop.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { lookEverywhere, openDashboard } from './lib/pages.mjs';
import { until } from './lib/processes.mjs';

describe('webhooks in the browser', () => {
  let server, page, faults, call, close, receiver, address;
  const messages = [];
  let status = 204;

  before(async () => {
    receiver = createServer((request, response) => {
      let body = '';
      request.on('data', (part) => (body += part));
      request.on('end', () => {
        messages.push({ headers: request.headers, body });
        response.writeHead(status).end(status < 300 ? '' : 'the queue is full');
      });
    });
    await new Promise((listening) => receiver.listen(0, '127.0.0.1', listening));
    address = `http://127.0.0.1:${receiver.address().port}/burgee`;
    ({ server, page, faults, call, close } = await openDashboard({
      env: { BURGEE_SECRET_KEY: `${'k'.repeat(43)}=`, BURGEE_OUTBOUND_ALLOW: '127.0.0.1' },
      seed: (call) => call('POST', '/projects/default/flags', { key: 'Flags.isMorning', type: 'boolean' }),
    }));
  });
  after(async () => {
    await close?.();
    receiver?.close();
  });

  test('one is made, hears of a change, and its deliveries are read and sent again', async () => {
    await page.goto(`${server.origin}/p/default/settings`);
    await page.getByRole('tab', { name: 'Webhooks' }).click();
    await page.getByText('No webhooks yet').waitFor();
    await lookEverywhere(page, 'webhooks-none');
    await page.getByRole('button', { name: 'New webhook' }).click();
    await page.getByRole('textbox', { name: 'Name' }).fill('deploys');
    await page.getByRole('textbox', { name: 'Address' }).fill(address);
    await page.getByRole('combobox', { name: 'Of changes of' }).click();
    await page.getByRole('option', { name: 'flag', exact: true }).click();
    await page.keyboard.press('Escape');
    await page.getByLabel('Of flags with a tag').and(page.locator('input')).fill('calendar');
    await page.keyboard.press('Enter');
    await lookEverywhere(page, 'webhooks-new');
    await page.getByRole('button', { name: 'Make webhook' }).click();
    await page.getByText('Shown only now').waitFor();
    const secret = await page.getByRole('region', { name: 'Secret of deploys' }).innerText();
    assert.match(secret, /^whsec_/);
    await lookEverywhere(page, 'webhooks-secret');
    await page.getByRole('button', { name: 'Done' }).click();
    await page.getByText('nothing sent yet').waitFor();

    await call('POST', '/projects/default/flags', { key: 'Flags.other', type: 'boolean', tags: ['shop'] }); // is not sent
    await call('POST', '/projects/default/flags', { key: 'Flags.isHoliday', type: 'boolean', tags: ['calendar'] });
    const { headers, body } = await until('the message', async () => messages[0]);
    const mac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'));
    mac.update(`${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
    assert.equal(headers['webhook-signature'], `v1,${mac.digest('base64')}`);
    assert.equal(JSON.parse(body).data.object, 'Flags.isHoliday');
    await page.getByText('working').waitFor();

    status = 503;
    await page.getByRole('button', { name: 'More for deploys' }).click();
    await page.getByRole('menuitem', { name: 'Send a test' }).click();
    await page.getByRole('dialog').getByText('it answered 503').waitFor();
    await lookEverywhere(page, 'webhooks-deliveries');
    await page.getByRole('button', { name: /^Show delivery \d+, test/ }).click();
    await page.getByText('the queue is full').first().waitFor();
    await lookEverywhere(page, 'webhooks-delivery');
    status = 204;
    await page.getByRole('button', { name: 'Redeliver' }).click();
    await page.getByText('answered 204', { exact: false }).first().waitFor(); // it is tried anew by itself too
    await page.keyboard.press('Escape');

    status = 500;
    await call('POST', '/projects/default/flags', { key: 'Flags.isNight', type: 'boolean', tags: ['calendar'] });
    await page.getByText('it answered 500', { exact: false }).waitFor();
    await lookEverywhere(page, 'webhooks');
    assert.deepEqual(faults, []);
  });

  test('a secret is rotated, an address of the server’s own network refused at its field', async () => {
    await page.getByRole('button', { name: 'More for deploys' }).click();
    await page.getByRole('menuitem', { name: 'Rotate the secret…' }).click();
    await page.getByRole('textbox', { name: 'Hours in which both sign' }).waitFor();
    await lookEverywhere(page, 'webhooks-rotate');
    await page.getByRole('button', { name: 'Rotate', exact: true }).click();
    await page.getByText('Messages are signed with the old one too', { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Done' }).click();

    await page.getByRole('button', { name: 'More for deploys' }).click();
    await page.getByRole('menuitem', { name: 'Change…' }).click();
    await page.getByRole('textbox', { name: 'Address' }).fill('http://169.254.169.254/latest/meta-data');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('is in a private network or not https', { exact: false }).waitFor();
    await lookEverywhere(page, 'webhooks-refused');
    await page.getByRole('button', { name: 'Cancel' }).click();

    await page.getByRole('button', { name: 'More for deploys' }).click();
    await page.getByRole('menuitem', { name: 'Disable' }).click();
    await page.getByText('disabled', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'More for deploys' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('No webhooks yet').waitFor();
  });
});
