import { describe, expect, test } from 'vitest';
import { readKeys, readNewFlags, readVariations, servesToEveryone } from './new-flags';

test('twenty pasted lines are twenty flags, each once', () => {
  const text = Array.from({ length: 20 }, (_, n) => `Flags.f${n}`).join('\n');
  expect(readKeys(`${text}\nFlags.f3\n`)).toHaveLength(20);
});

describe('new flags', () => {
  test('a boolean that is on here is live here and nowhere else', () => {
    const { flags, fault } = readNewFlags('Flags.isHoliday', 'boolean', '', 'true', 'production');
    expect(fault).toBeUndefined();
    expect(flags).toEqual([
      {
        key: 'Flags.isHoliday',
        type: 'boolean',
        environments: {
          production: {
            enabled: true,
            off: 'false',
            prerequisites: [],
            targets: {},
            rules: [],
            default: 'true',
          },
        },
      },
    ]);
  });

  test("the program's own default configures nothing", () => {
    expect(readNewFlags('a', 'boolean', '', 'code', 'production').flags).toEqual([
      { key: 'a', type: 'boolean' },
    ]);
  });

  test('a name that cannot be a key is refused with the name', () => {
    const { fault } = readNewFlags('ok is-ok -no', 'boolean', '', undefined, 'production');
    expect(fault).toEqual({ field: 'key', message: '-no: Start with a letter or a digit.' });
  });
});

describe('values', () => {
  test('an id is the text where it can be one', () => {
    expect(readVariations('string', 'blue\nlight blue\ncode').variations).toEqual([
      { id: 'blue', value: 'blue' },
      { id: 'option-2', value: 'light blue' },
      { id: 'option-3', value: 'code' },
    ]);
    expect(readVariations('integer', '10\n-5').variations).toEqual([
      { id: '10', value: 10 },
      { id: 'option-2', value: -5 },
    ]);
    expect(readVariations('json', '{"a":1}').variations).toEqual([{ id: 'option-1', value: { a: 1 } }]);
  });

  test.each([
    ['integer', '1.5'],
    ['integer', '9007199254740993'],
    ['double', 'fast'],
    ['json', '7'],
    ['json', '{'],
  ] as const)('%s refuses %s and names the line', (type, text) => {
    expect(readVariations(type, text).fault).toContain('Line 1');
  });
});

test('serving one thing to everyone keeps what Off serves', () => {
  const before = {
    enabled: false,
    off: 'blue',
    prerequisites: [],
    targets: { targetingKey: { alice: 'red' } },
    rules: [{ serve: 'red' }],
    default: 'code',
  };
  expect(servesToEveryone('string', 'red', before)).toEqual({
    enabled: true,
    off: 'blue',
    prerequisites: [],
    targets: {},
    rules: [],
    default: 'red',
  });
});
