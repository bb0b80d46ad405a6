import { expect, test } from 'vitest';
import { rank, score } from './fuzzy';

const keys = ['Flags.isHoliday', 'holiday.rate', 'pay.api', 'ui.theme', 'checkout.newCart'];
const find = (query: string) => rank(keys, query, (key) => key);

test('an empty query keeps everything in its order', () => {
  expect(find('  ')).toEqual(keys);
});

test('what begins with the query comes before what contains it', () => {
  expect(find('holiday')).toEqual(['holiday.rate', 'Flags.isHoliday']);
});

test('letters in order are enough when they stand close', () => {
  expect(find('isHday')).toEqual(['Flags.isHoliday']);
  expect(find('zzz')).toEqual([]);
});

test('every word must fit', () => {
  expect(find('check cart')).toEqual(['checkout.newCart']);
  expect(score('checkout.newCart', 'check pay')).toBeUndefined();
});
