import { describe, expect, it } from 'vitest';
import type { Condition } from '@/api/types';
import { conditionWords, editWhen, everyone, newClause, readCondition, splitValues, writeCondition } from '.';

/** Reads a condition, drops the keys made for React, and writes it again. */
const again = (condition: Condition) => writeCondition(readCondition(condition));

describe('a condition opened and written again', () => {
  const same: [string, Condition][] = [
    ['one line', { country: { in: ['DE', 'AT'] } }],
    ['a number', { age: { in: [18] } }],
    ['two lines', { 'app.platform': { in: ['ios'], ignoreCase: true }, 'app.version': { ver_ge: '2.0' } }],
    ['two operators on one path', { age: { ge: 18, lt: 65 } }],
    ['a group', { group: ['beta'] }],
    ['another flag', { flag: { 'Flags.theme': ['blue'] } }],
    ['two other flags', { flag: { a: ['true'], b: ['false'] } }],
    ['a negated line', { not: { country: { in: ['DE'] } } }],
    ['a missing attribute', { not: { email: { exists: true } } }],
    ['any of lines', { any: [{ plan: { in: ['pro'] } }, { group: ['beta'] }] }],
    ['a path with a reserved name', { attr: { path: 'group', in: ['x'] } }],
    ['two negated lines', { not: { a: { in: ['1'] } }, all: [{ not: { b: { in: ['2'] } } }] }],
    ['true and false', { beta: { in: [true] } }],
  ];
  it.each(same)('%s stays as it is', (_, condition) => {
    expect(again(condition)).toEqual(condition);
  });

  it('takes the short forms of a file', () => {
    expect(again({ country: 'DE', plan: ['free', 'pro'] })).toEqual({
      country: { in: ['DE'] },
      plan: { in: ['free', 'pro'] },
    });
  });

  it('opens not over any as two negated lines', () => {
    expect(again({ not: { any: [{ a: '1' }, { b: '2' }] } })).toEqual({
      not: { a: { in: ['1'] } },
      all: [{ not: { b: { in: ['2'] } } }],
    });
  });

  it('keeps what is deeper than AND of ORs as text', () => {
    const deep: Condition = { any: [{ a: '1', b: '2' }, { c: '3' }] };
    expect(readCondition(deep).kind).toBe('document');
    expect(again(deep)).toEqual(deep);
  });

  it('is everyone without a condition', () => {
    expect(readCondition(undefined)).toEqual(everyone());
    expect(writeCondition(everyone())).toBeUndefined();
  });
});

describe('the words of a condition', () => {
  const cases: [Condition, string][] = [
    [{ country: { in: ['DE', 'AT'] } }, 'country is one of DE, AT'],
    [{ country: { in: ['DE'] } }, 'country is DE'],
    [
      { 'app.platform': { in: ['ios'] }, 'app.version': { ver_ge: '2.0' } },
      'app.platform is ios, and app.version is version 2.0 or newer',
    ],
    [{ not: { email: { exists: true } } }, 'email is missing'],
    [{ any: [{ plan: 'pro' }, { group: 'beta' }] }, 'plan is pro or in the target group beta'],
    [{ any: [{ a: '1', b: '2' }, { c: '3' }] }, '(a is 1 and b is 2 or c is 3)'],
  ];
  it.each(cases)('%j', (condition, words) => {
    expect(conditionWords(condition)).toBe(words);
  });
});

describe('a condition that the editor has no words for', () => {
  it.each([
    [{ country: { in: ['DE', 1] } }],
    [{ country: { unheard_of: ['DE'] } }],
    [{ all: [{ any: [{ country: { unheard_of: ['DE'] } }] }] }],
  ])('stands as it is written: %j', (condition) => {
    expect(conditionWords(condition as Condition)).toContain('DE');
  });
});

describe('editing a condition', () => {
  it('adds an alternative beside a line and takes it away again', () => {
    const first = newClause('plan');
    const second = newClause('country');
    const one = editWhen(everyone(), { type: 'add', line: { ...first, values: ['pro'] } });
    if (one.kind !== 'blocks') throw new Error('lines expected');
    const two = editWhen(one, {
      type: 'or',
      block: one.blocks[0]?.uid ?? '',
      line: { ...second, values: ['DE'] },
    });
    expect(writeCondition(two)).toEqual({ any: [{ plan: { in: ['pro'] } }, { country: { in: ['DE'] } }] });
    const three = editWhen(two, { type: 'remove', uid: second.uid });
    expect(writeCondition(three)).toEqual({ plan: { in: ['pro'] } });
    expect(writeCondition(editWhen(three, { type: 'remove', uid: first.uid }))).toBeUndefined();
  });

  it('splits a pasted list at commas and lines, each value once', () => {
    expect(splitValues(' DE, AT\nCH;DE\r\n\n')).toEqual(['DE', 'AT', 'CH']);
  });
});
