import { expect, test } from 'vitest';
import { holds } from './rights';

const rights = [
  { place: 'shop', actions: ['read'] },
  { place: 'shop/production', actions: ['off'] },
];

test('what is held in a project is held in its environments, and not the other way round', () => {
  expect(holds(rights, ['read'], 'shop/production')).toBe(true);
  expect(holds(rights, ['off'], 'shop/production')).toBe(true);
  expect(holds(rights, ['off'], 'shop')).toBe(false);
  expect(holds(rights, ['off'], 'shop/development')).toBe(false);
});

test('a project whose key begins alike is another project', () => {
  expect(holds(rights, ['read'], 'shop-two/production')).toBe(false);
  expect(holds(rights, ['read'], '')).toBe(false);
});

test('one of several actions is enough, and what is held everywhere counts anywhere', () => {
  expect(holds(rights, ['publish', 'off'], 'shop/production')).toBe(true);
  expect(holds([{ place: '', actions: ['publish'] }], ['publish'], 'any/place')).toBe(true);
});
