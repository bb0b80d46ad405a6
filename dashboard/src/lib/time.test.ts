import { describe, expect, it } from 'vitest';
import { span, until } from './time';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

describe('span', () => {
  it.each([
    [30 * minute, '30 min'],
    [day, '1 d'],
    [90 * minute, '1 h 30 min'],
    [day + 2 * hour + 5000, '1 d 2 h 5 s'],
    [0, '0 s'],
  ])('says %i ms as %s', (ms, words) => expect(span(ms)).toBe(words));
});

describe('until', () => {
  it.each([
    [-1, 'now'],
    [1500, 'in 2 s'],
    [90_000, 'in 2 min'],
    [3 * hour, 'in 3 h'],
    [5 * day, 'in 5 d'],
  ])('says what is due in %i ms as %s', (left, words) => expect(until(1000 + left, 1000)).toBe(words));
});
