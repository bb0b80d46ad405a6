import { describe, expect, it } from 'vitest';
import { readVariations, writeVariations } from './variations';

const row = (id: string, text: string) => ({ uid: id, id, name: '', text });

describe('variations', () => {
  it('stay as they are when opened and written', () => {
    const stored = [
      { id: 'blue', value: 'blue', name: 'Calm' },
      { id: 'red', value: 'red' },
    ];
    expect(writeVariations(readVariations(stored, 'string'), 'string')).toEqual({ variations: stored });
  });
  it('keep JSON values', () => {
    const stored = [{ id: 'default', value: { a: [1] } }];
    expect(writeVariations(readVariations(stored, 'json'), 'json').variations).toEqual(stored);
  });
  it.each([
    ['integer', row('a', '1.5'), 'not a whole number'],
    ['double', row('a', 'x'), 'not a number'],
    ['json', row('a', '1'), 'object or a list'],
    ['string', row('code', 'x'), 'reserved'],
    ['string', row('a b', 'x'), 'letters, digits'],
  ] as const)('of type %s refuse %j', (type, edit, words) => {
    expect(writeVariations([edit], type).fault).toContain(words);
  });
  it('have each id once', () => {
    expect(writeVariations([row('a', '1'), row('a', '2')], 'integer').fault).toBe('a is there twice.');
  });
});
