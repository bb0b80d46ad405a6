// Unleash's own specification of its clients: each of its flags, imported, serves what
// the specification says, or what is different was said when it was imported.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { imported } from './burgee.mjs';

const specifications = join(dirname(createRequire(import.meta.url).resolve('@unleash/client-specification/package.json')), 'specifications');

// These describe how the SDK's own protocol is followed, and hold no export.
const protocols = ['19-delta-api-hydration.json', '20-delta-api-events.json'];

// contextOf is an Unleash context as one here. There numbers are texts; a program that
// moves sends them as what they are.
function contextOf({ userId, appName, currentTime, properties, ...rest }, numeric) {
  const context = { ...rest };
  for (const [name, value] of Object.entries(properties ?? {})) context[name] = numeric.has(name) && !Number.isNaN(Number(value)) ? Number(value) : value;
  if (userId !== undefined) context.targetingKey = userId;
  if (appName !== undefined) context.service = { name: appName };
  return context;
}

// numericFields are the fields that number operators look at.
function numericFields(state) {
  const constraints = [...state.features.flatMap((f) => f.strategies ?? []), ...(state.segments ?? [])].flatMap((s) => s.constraints ?? []);
  return new Set(constraints.filter((c) => c.operator.startsWith('NUM_')).map((c) => c.contextName));
}

// said is what was said about a flag and about those that it depends on.
function said(result, state, name, seen = new Set()) {
  if (seen.has(name)) return [];
  seen.add(name);
  const parents = state.features.find((f) => f.name === name)?.dependencies ?? [];
  return [...result.of(name), ...parents.flatMap((p) => said(result, state, p.feature, seen))];
}

const keyOf = (result, name) => result.of(name).map((w) => /^the flag is called (\S+) here/.exec(w)?.[1]).find(Boolean) ?? name;

// Cases in which the products differ whatever is imported; docs/guides/moving.md has them.
const different = { 'F8.invalidSemverWithLeadingV - invalid semver resolves to false': 'here a version may begin with v' };

let agreed = 0;
let excused = 0;

for (const file of readdirSync(specifications).filter((f) => /^\d/.test(f) && !protocols.includes(f))) {
  test(`unleash: ${file}`, () => {
    const { state, tests = [], variantTests = [] } = JSON.parse(readFileSync(join(specifications, file), 'utf8'));
    const result = imported('unleash', state);
    const numeric = numericFields(state);
    const differing = [];
    const judge = (one, same, what) => {
      if (same) return void agreed++;
      if (different[one.description]) return;
      const words = said(result, state, one.toggleName).filter((w) => !w.includes('is the flag'));
      if (words.length > 0) return void excused++;
      differing.push(`${one.description}: ${JSON.stringify(one.context)}: ${what}`);
    };
    const now = (one) => (one.context.currentTime ? ['--now', one.context.currentTime] : []);
    const known = (one) => state.features.some((f) => f.name === one.toggleName);
    for (const one of tests.filter(known)) {
      const [answer] = result.serve(keyOf(result, one.toggleName), [contextOf(one.context, numeric)], ...now(one));
      judge(one, (answer.value ?? false) === one.expectedResult, `${answer.value}, not ${one.expectedResult}`);
    }
    for (const one of variantTests.filter(known)) {
      const context = contextOf(one.context, numeric);
      const [on] = result.serve(keyOf(result, one.toggleName), [context]);
      judge(one, (on.value ?? false) === one.expectedResult.feature_enabled, `on ${on.value}, not ${one.expectedResult.feature_enabled}`);
      const key = `${keyOf(result, one.toggleName)}.variant`;
      if (!result.document.includes(`${key}:`)) {
        judge(one, !one.expectedResult.enabled, 'there are no variants');
        continue;
      }
      const [answer] = result.serve(key, [context]);
      const name = answer.variation ?? 'disabled';
      judge(one, name === one.expectedResult.name, `${name}, not ${one.expectedResult.name}`);
    }
    assert.deepEqual(differing, []);
  });
}

test('unleash: most of the specification is served alike', () => {
  assert.ok(agreed > 4 * excused, `${agreed} cases alike, ${excused} different and said so`);
});

test('unleash: a large export', () => {
  const features = Array.from({ length: 2500 }, (_, i) => ({
    name: `made-up.${i}`, type: 'release', enabled: i % 7 !== 0,
    dependencies: i % 10 === 1 ? [{ feature: `made-up.${i - 1}` }] : [],
    strategies: [
      { name: 'userWithId', parameters: { userIds: `user-${i},user-${i + 1}` } },
      ...(i % 500 === 499 ? [{ name: 'phaseOfTheMoon', parameters: {} }] : []),
      {
        name: 'flexibleRollout', parameters: { rollout: '100', stickiness: 'default', groupId: `made-up.${i}` }, segments: i % 2 === 0 ? [1] : [],
        constraints: [{ contextName: 'country', operator: 'IN', values: [`C${i % 5}`, 'DE'], inverted: i % 3 === 0 }],
      },
    ],
  }));
  const segments = [{ id: 1, constraints: [{ contextName: 'plan', operator: 'IN', values: ['pro'] }] }];
  const large = imported('unleash', { version: 2, features, segments });
  assert.equal([...large.document.matchAll(/^  made-up\.\d+:$/gm)].length, features.length);
  assert.deepEqual(large.lost.filter((l) => l.what.includes('phaseOfTheMoon')).map((l) => l.object.split(' ')[0]).sort(),
    features.filter((_, i) => i % 500 === 499).map((f) => f.name).sort());
  // on is what an Unleash client answers: some strategy holds, and so does what the flag depends on.
  const on = (i, { targetingKey, country, plan }) => i % 7 !== 0 && (i % 10 !== 1 || on(i - 1, { targetingKey, country, plan })) &&
    ([`user-${i}`, `user-${i + 1}`].includes(targetingKey) ||
      ((i % 2 !== 0 || plan === 'pro') && [`C${i % 5}`, 'DE'].includes(country) !== (i % 3 === 0)));
  const contexts = ['C0', 'C1', 'DE', 'FR'].flatMap((country) => ['pro', 'free'].flatMap((plan) => ['user-1', 'user-2', 'user-9'].map((targetingKey) => ({ targetingKey, country, plan }))));
  for (const i of [11, 498]) {
    const answers = large.serve(`made-up.${i}`, contexts).map((a) => a.value ?? false);
    assert.deepEqual(answers, contexts.map((c) => on(i, c)), `made-up.${i}`);
  }
});
