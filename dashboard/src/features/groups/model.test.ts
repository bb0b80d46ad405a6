import { describe, expect, it } from 'vitest';
import { inBoth, readGroup, writeGroup } from './model';

const stored = {
  description: 'Early users',
  by: 'email',
  include: ['alice', 'carol'],
  exclude: ['mallory'],
  when: { any: [{ email: { ends_with: ['@corp.example'] } }, { plan: { in: ['pro'] } }] },
};

describe('a target group', () => {
  it('is the same when opened and written', () => {
    expect(writeGroup(readGroup(stored))).toEqual(stored);
    expect(writeGroup(readGroup({}))).toEqual({});
  });
  it('takes a pasted list with commas and lines, each entry once', () => {
    const edit = { ...readGroup(stored), include: 'alice, bob\ncarol\n\nbob' };
    expect(writeGroup(edit).include).toEqual(['alice', 'bob', 'carol']);
  });
  it('says who is in both lists', () => {
    expect(inBoth({ ...readGroup(stored), include: 'alice\nmallory' })).toEqual(['mallory']);
  });
});
