// Flags of another product come over in the browser: the export is read, what is lost is
// said, the plan is looked at and applied.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { lookEverywhere, openDashboard } from './lib/pages.mjs';

const flagd = {
  flags: {
    'new-page': { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant: 'off', targeting: { if: [{ '==': [{ var: 'country' }, 'DE'] }, 'on'] } },
    'page-size': { state: 'ENABLED', variants: { small: 10, large: 20 }, defaultVariant: 'small', targeting: { fractional: [['small', 50], ['large', 50]] } },
  },
};

describe('import in the browser', () => {
  let server, page, faults, call, close;

  before(async () => {
    const seed = (call) => call('POST', '/projects/default/flags', { key: 'pay.api', type: 'boolean' });
    ({ server, page, faults, call, close } = await openDashboard({ seed }));
  });
  after(() => close?.());

  test('a file of flagd becomes two flags', async () => {
    await page.goto(`${server.origin}/p/default/settings?tab=import`);
    await page.getByRole('combobox', { name: 'Product' }).click();
    await page.getByRole('option', { name: 'flagd' }).click();
    await lookEverywhere(page, 'import');
    await page.locator('input[type=file]').setInputFiles({ name: 'flags.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(flagd)) });
    await page.getByRole('combobox', { name: 'Environments' }).fill('production');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Read and compare' }).click();
    await page.getByRole('heading', { name: '2 flags and 0 target groups were read' }).waitFor();
    await page.getByText('who is in which is dealt anew').first().waitFor();
    await page.getByRole('list', { name: 'Changes' }).getByText('page-size').first().waitFor();
    await lookEverywhere(page, 'import-plan');
    await page.getByRole('button', { name: 'Apply' }).click();
    await page.getByText(/production is at revision/).waitFor();
    const answer = await call('POST', '/projects/default/environments/production/evaluate', { flag: 'new-page', context: { country: 'DE' } });
    assert.equal(answer.value, true);
    await page.getByRole('link', { name: 'See the flags' }).click();
    await page.getByText('new-page').first().waitFor();
    assert.deepEqual(faults, []);
  });
});
