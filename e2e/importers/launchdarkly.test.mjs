// LaunchDarkly's flags and segments, as its REST API has them, serve after an import what
// LaunchDarkly's own SDK serves, whichever of the two forms is imported.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { init } from '@launchdarkly/node-server-sdk';
import { FileDataSourceFactory } from '@launchdarkly/node-server-sdk/integrations';
import { imported, random, save } from './burgee.mjs';

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
const flags = read('launchdarkly.json').items;
const segments = read('launchdarkly-segments.json').items;

// What the SDKs read of the same flags: one environment, values without labels.
const sdkForm = {
  flags: Object.fromEntries(flags.filter((f) => !f.archived).map((f) => [f.key, {
    ...f.environments.production, key: f.key, version: 1, salt: `salt of ${f.key}`, variations: f.variations.map((v) => v.value),
  }])),
  segments: Object.fromEntries(segments.map((s) => [s.key, { ...s, version: 1, salt: 's' }])),
};

const result = imported('launchdarkly', read('launchdarkly.json'), read('launchdarkly-segments.json'));
const again = imported('launchdarkly', sdkForm);

const client = init('sdk-none', {
  updateProcessor: new FileDataSourceFactory({ paths: [save(sdkForm)] }).getFactory(),
  sendEvents: false,
  diagnosticOptOut: true,
  logger: { error() {}, warn() {}, info() {}, debug() {} },
});
await client.waitForInitialization({ timeout: 20 });
after(() => client.close());

const next = random(1418684722);
const pick = (list) => list[Math.floor(next() * list.length)];

// A user and an organization, in LaunchDarkly's form and in this one.
function person(i) {
  const user = {
    key: pick(['ann', 'bob', 'cem', 'dan', 'eve', 'fay', `user-${i}`, `user-${i}`]),
    country: pick(['DE', 'NL', 'FR']),
    appVersion: pick(['2.0.9', '2.1.0', '2.1.1', '3.0', '2.1.0-rc.1']),
    age: pick([7, 17, 18, 40]),
    email: pick(['ann@corp.example', 'bob@web.example', 'zoe@ngo.org', 'kim@corp.example']),
    address: { city: pick(['Hamburg', 'Utrecht', 'Freiburg']) },
    joined: pick(['2025-12-31T23:59:59Z', '2026-01-01T00:00:00Z', 1700000000000, 1900000000000]),
    score: pick([10, 90, 93, 99]),
  };
  for (const name of ['country', 'appVersion', 'age', 'email', 'address', 'joined', 'score']) if (next() < 0.2) delete user[name];
  const organization = { key: pick(['acme', 'initech', 'umbrella']), plan: pick(['gold', 'silver', 'free', 'partner']) };
  if (next() < 0.2) delete organization.plan;
  const alone = next() < 0.3;
  const { key, ...attributes } = user;
  return {
    there: alone ? { kind: 'user', ...user } : { kind: 'multi', user, organization },
    here: { targetingKey: key, ...attributes, ...(alone ? {} : { organization }) },
  };
}

const people = Array.from({ length: 3000 }, (_, i) => person(i));
const there = (flag) => Promise.all(people.map((p) => client.variation(flag, p.there, null)));
const here = (r, flag) => r.serve(flag, people.map((p) => p.here)).map((a) => (a.variation === undefined ? null : a.value));

for (const { key } of flags.filter((f) => !f.archived && f.key !== 'theme')) {
  test(`launchdarkly: ${key} is served alike`, async () => {
    const expected = await there(key);
    for (const [form, r] of [['REST', result], ['SDK', again]]) {
      const got = here(r, key);
      const different = people.map((p, i) => [p.here, got[i], expected[i]]).filter(([, a, b]) => a !== b);
      assert.deepEqual(different.slice(0, 3), [], `${form}: ${different.length} of ${people.length} differ`);
    }
  });
}

test('launchdarkly: a split is dealt anew in the same shares, and that is said', async () => {
  assert.deepEqual(result.of('theme'), ['the default keeps its shares; who is in which is dealt anew']);
  const users = Array.from({ length: 5000 }, (_, i) => `unit-${i}`);
  const answers = result.serve('theme', users.map((targetingKey) => ({ targetingKey }))).map((a) => a.value);
  // Five standard deviations of a share of 5,000.
  for (const [value, share] of [['blue', 0.2], ['red', 0.5], ['green', 0.3]]) {
    const got = answers.filter((a) => a === value).length / users.length;
    assert.ok(Math.abs(got - share) < 0.036, `${value}: ${got}, not ${share}`);
  }
});

test('launchdarkly: what cannot be carried over is named', () => {
  const said = Object.fromEntries(flags.map((f) => [f.key, result.of(f.key)]));
  assert.deepEqual(said['alternate.page'], [
    'the names of its variations (true is New page): those of a boolean are true and false',
    'the custom property jira.issues',
  ]);
  assert.deepEqual(said.gone, ['the flag is archived there and is left out']);
  assert.deepEqual(said.orphan, ['it is off: its prerequisite gone is not at hand']);
  assert.deepEqual(said.dark, []);
  assert.match(result.document, /owner: ariel@corp\.example/);
  assert.match(result.document, /kind: release/);
  assert.match(result.document, /client: true/);
  assert.match(result.document, /name: "Not from Germany, new clients"/);
});

test('launchdarkly: a large export', () => {
  const variations = [{ value: true }, { value: false }];
  const many = Array.from({ length: 2500 }, (_, i) => ({
    key: `made-up.${i}`, name: `Made up ${i}`, kind: 'boolean', tags: ['large'], variations,
    environments: Object.fromEntries(['production', 'test'].map((environment) => [environment, {
      on: i % 7 !== 0, offVariation: 1, prerequisites: i % 10 === 1 ? [{ key: `made-up.${i - 1}`, variation: 0 }] : [],
      targets: [{ values: [`user-${i}`], variation: 0, contextKind: 'user' }], contextTargets: [],
      rules: Array.from({ length: i % 4 }, (__, r) => ({
        _id: `rule-${r}`, variation: r % 2,
        clauses: [{ attribute: 'country', op: 'in', values: [`C${i + r}`, 'DE'], negate: r === 1 }, { attribute: 'odd', op: i % 500 === 499 ? 'unheardOf' : 'contains', values: ['x'] }],
      })),
      fallthrough: { variation: i % 2 },
    }])),
  }));
  const large = imported('launchdarkly', { items: many });
  assert.equal([...large.document.matchAll(/^  made-up\.\d+:$/gm)].length, many.length);
  const strange = many.filter((_, i) => i % 500 === 499).length * 3; // 499 leaves 3 by 4: three rules each
  assert.equal(large.lost.filter((l) => l.what.includes('there is no operator like unheardOf')).length, strange);
  assert.ok(large.lost.some((l) => l.what.includes('holds here also while')) === false);
  const [answer] = large.serve('made-up.1', [{ targetingKey: 'user-1' }]);
  assert.deepEqual([answer.value, answer.reason], [false, 'PREREQUISITE_FAILED']); // made-up.0 is off
});
