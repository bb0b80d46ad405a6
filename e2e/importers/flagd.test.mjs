// A flagd file, imported, serves what flagd's own engine serves: the same value to each
// of many made-up contexts, and the same shares where it deals.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { FlagdCore } from '@openfeature/flagd-core';
import { imported, random } from './burgee.mjs';

const text = readFileSync(new URL('flagd.json', import.meta.url), 'utf8');
const { flags } = JSON.parse(text);
const result = imported('flagd', text);

const silent = { error() {}, warn() {}, info() {}, debug() {} };
const engine = new FlagdCore(undefined, silent);
engine.setConfigurations(text);

// value is what flagd serves; what it has no value for is the program's default.
function value(flag, context) {
  try {
    const kind = typeof Object.values(flags[flag].variants)[0];
    const resolve = { boolean: 'resolveBooleanEvaluation', string: 'resolveStringEvaluation', number: 'resolveNumberEvaluation', object: 'resolveObjectEvaluation' }[kind];
    const { value, reason } = engine[resolve](flag, null, context, silent);
    return reason === 'DISABLED' || reason === 'ERROR' ? null : value;
  } catch {
    return null;
  }
}

const next = random(20180607);
const pick = (list) => list[Math.floor(next() * list.length)];

function context(i) {
  const all = {
    targetingKey: `user-${i}`,
    email: pick(['ann@corp.example', 'bob@web.example', 'cem@corp.example.org', 'eve@corp.example', `u${i}@web.example`]),
    role: pick(['admin', 'support', 'guest', '']),
    plan: pick(['pro', 'free']),
    country: pick(['DE', 'AT', 'NL', 'FR']),
    age: pick([5, 18, 19, 30, 31, 64, 65, 80]),
    beta: pick([true, false]),
    app: { version: pick(['1.9.0', '2.0.0', '2.1.0', '2.1.7', '2.2.0', '3.0.0-rc.1', '3.1.0']) },
  };
  for (const name of ['email', 'role', 'plan', 'country', 'beta', 'app']) if (next() < 0.2) delete all[name];
  return all;
}

const contexts = Array.from({ length: 2000 }, (_, i) => context(i));

const dealt = ['thirds', 'by-email'];
const lost = ['calculated', 'mixed'];

for (const flag of Object.keys(flags).filter((f) => !dealt.includes(f) && !lost.includes(f))) {
  test(`flagd: ${flag} is served alike`, () => {
    const answers = result.serve(flag, contexts, '--now', String(Date.now()));
    const different = contexts
      .map((c, i) => [c, answers[i].variation === undefined ? null : answers[i].value, value(flag, c)])
      .filter(([, here, there]) => JSON.stringify(here) !== JSON.stringify(there));
    assert.deepEqual(different.slice(0, 3), [], `${different.length} of ${contexts.length} differ`);
  });
}

test('flagd: who is dealt anew is dealt in the same shares', () => {
  for (const flag of dealt) {
    assert.ok(result.of(flag).some((words) => words.includes('dealt anew')), `${flag}: ${result.of(flag)}`);
    const share = (list) => Object.fromEntries(['a', 'b', 'c'].map((v) => [v, list.filter((x) => x === v).length / list.length]));
    const people = contexts.map((c, i) => ({ ...c, plan: 'pro', email: `user-${i}@web.example` }));
    const here = share(result.serve(flag, people).map((a) => a.value));
    const there = share(people.map((c) => value(flag, c)));
    // Five standard deviations of the difference of two shares of 2,000.
    for (const v of Object.keys(here)) assert.ok(Math.abs(here[v] - there[v]) < 0.08, `${flag} ${v}: ${here[v]} here, ${there[v]} there`);
  }
});

test('flagd: what cannot be carried over is named', () => {
  assert.deepEqual(result.of('mixed'), ['the flag is left out: its variants have no type in common, or there are none']);
  assert.deepEqual(result.of('calculated'), [
    'the names of its variations (true is on, false is off): those of a boolean are true and false',
    'the targeting ends at rule 1: a comparison reads no attribute',
  ]);
  assert.ok(result.of('banner').includes('its metadata team'));
  assert.ok(result.lost.some((l) => l.what === "the file's metadata version"));
  assert.match(result.document, /description: The banner on top of each page/);
});

test('flagd: a large file', () => {
  const countries = ['DE', 'AT', 'NL', 'FR'];
  const operators = (i) => (i % 100 === 99 ? { phase_of_the_moon: [{ var: 'age' }] } : { in: [{ var: 'country' }, [countries[i % 4], countries[(i + 1) % 4]]] });
  const many = Object.fromEntries(Array.from({ length: 2500 }, (_, i) => [`made-up.${i}`, {
    state: i % 7 === 0 ? 'DISABLED' : 'ENABLED', variants: { low: i, high: i + 1 }, defaultVariant: 'low',
    targeting: i % 3 === 0 ? {} : { if: [{ and: [operators(i), { '>=': [{ var: 'age' }, 18 + (i % 50)] }] }, 'high', i % 2 === 0 ? 'low' : null] },
  }]));
  const text = JSON.stringify({ flags: many });
  const large = imported('flagd', text);
  assert.equal([...large.document.matchAll(/^  made-up\.\d+:$/gm)].length, 2500);
  // Of every hundredth the operator is unknown, where it has targeting.
  const strange = Object.keys(many).filter((_, i) => i % 100 === 99 && i % 3 !== 0);
  assert.deepEqual(large.lost.map((l) => l.object.split(' ')[0]).filter((o) => strange.includes(o)).sort(), [...strange].sort());
  engine.setConfigurations(text);
  for (const flag of ['made-up.1', 'made-up.2498']) {
    const some = contexts.slice(0, 500);
    const here = large.serve(flag, some).map((a) => (a.variation === undefined ? null : a.value));
    const there = some.map((c) => {
      const { value, reason } = engine.resolveNumberEvaluation(flag, null, c, silent);
      return reason === 'DISABLED' || reason === 'ERROR' ? null : value;
    });
    assert.deepEqual(here, there, flag);
  }
});
