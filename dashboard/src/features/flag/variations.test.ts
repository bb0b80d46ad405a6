import { describe, expect, it } from 'vitest';
import { isHoliday, launch } from '../../../tests/flag-fixture';
import { readVariations, usersOf, writeVariations } from './variations';

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

describe('a variation in use', () => {
  it('says where', () => {
    const flag = {
      ...isHoliday,
      configurations: {
        production: {
          enabled: true,
          off: 'false',
          prerequisites: [],
          targets: { targetingKey: { alice: 'true' } },
          rules: [{ serve: { true: 25, next: 75 } }],
          default: { serve: { true: 50, false: 50 } },
        },
        development: null,
      },
      experiments: [launch],
    };
    expect(usersOf(flag, 'true')).toEqual([
      'rule 1 in production',
      '“Otherwise” in production',
      'targets in production',
      'experiment holiday-launch',
    ]);
    expect(usersOf(isHoliday, 'true')).toEqual([]);
  });
});
