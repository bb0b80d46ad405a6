import { expect, it } from 'vitest';
import type { Draft } from './draft-store';
import { placeFault } from './faults';

const draft: Draft = {
  project: 'default',
  environment: 'production',
  expect: {},
  base: {},
  flags: { 'Flags.theme': {} },
  targetGroups: { beta: {} },
  experiments: {},
};

it.each([
  ['flags.Flags.theme.environments.production.rules[0].serve', 'Flags.theme', 'rule 1, what it serves'],
  ['flags.Flags.theme.environments.production.default', 'Flags.theme', 'otherwise'],
  ['targetGroups.beta.when.plan', 'beta', 'condition'],
  ['flags.Flags.theme', 'Flags.theme', ''],
])('%s is told as %s, %s', (field, object, place) => {
  expect(placeFault(draft, { field, message: 'm' })).toMatchObject({ object, place });
});

it('leaves alone what is not in the draft', () => {
  expect(placeFault(draft, { field: 'flags.Flags.themes', message: 'm' })).toBeUndefined();
});
