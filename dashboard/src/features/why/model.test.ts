import { describe, expect, it } from 'vitest';
import { curl } from './curl';
import { contextOf, contextOfRows, newRow, rowFault, rowsOf } from './model';
import { splitWords } from './words';

describe('the context form', () => {
  it('reads a context into rows and writes the same again', () => {
    const context = {
      targetingKey: 'alice',
      app: { version: '2.1' },
      age: 18,
      beta: true,
      roles: ['admin'],
      empty: {},
    };
    const rows = rowsOf(context);
    expect(rows.map((row) => row.path)).toEqual([
      'targetingKey',
      'app.platform',
      'app.version',
      'age',
      'beta',
      'roles',
      'empty',
    ]);
    expect(contextOfRows(rows)).toEqual(context);
  });

  it('leaves out what is not given and what cannot be used', () => {
    const wrong = newRow('age', 'old', 'number');
    expect(rowFault(wrong)).toBe('Write a number, such as 18.');
    expect(contextOfRows([newRow('country'), newRow('', 'DE'), wrong])).toEqual({});
  });

  it('takes a text for the targeting key, and no list', () => {
    expect(contextOf('alice')).toEqual({ targetingKey: 'alice' });
    expect(contextOf([1])).toBeUndefined();
  });
});

describe('words', () => {
  it('say where a unit stands', () => {
    const split = (from: number, to: number) =>
      splitWords({ unit: 'targetingKey', position: 214_800, cell: [from, to] });
    expect(split(0, 250_000)).toBe('targetingKey is at position 21.48 % < 25 %');
    expect(split(100_000, 1_000_000)).toBe('targetingKey is at position 21.48 % ≥ 10 %');
    expect(split(200_000, 300_000)).toBe('targetingKey is at position 21.48 %, from 20 % to 30 %');
  });

  it('quote for a shell', () => {
    expect(curl('http://h/x', 'f', { name: "O'Neil" }, {})).toContain(`"name":"O'\\''Neil"`);
  });
});
