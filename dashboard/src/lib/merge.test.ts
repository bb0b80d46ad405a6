import { describe, expect, it } from 'vitest';
import { merge } from './merge';

const block = (over: object = {}) => ({
  enabled: true,
  off: 'false',
  prerequisites: [],
  targets: {},
  rules: [
    { id: 'r1', when: { plan: { in: ['pro'] } }, serve: 'true' },
    { id: 'r2', serve: { true: 25, false: 75 } },
  ],
  default: 'false',
  ...over,
});
const rule = (id: string, serve = 'true') => ({ id, serve });

describe('merging what two people made of one flag', () => {
  it('takes both edits where they touched different parts', () => {
    const { value, conflicts } = merge(
      block(),
      block({ off: 'true', targets: { targetingKey: { alice: 'true' } } }),
      block({ default: 'true', targets: { targetingKey: { bob: 'false' } } }),
    );
    expect(conflicts).toEqual([]);
    expect(value).toEqual(
      block({ off: 'true', default: 'true', targets: { targetingKey: { alice: 'true', bob: 'false' } } }),
    );
  });

  it('asks where both touched one part, and holds mine until theirs is chosen', () => {
    const theirs = block({ default: 'code' });
    const mine = block({ default: 'true' });
    const open = merge(block(), theirs, mine);
    expect(open.conflicts).toEqual([{ path: 'default', base: 'false', theirs: 'code', mine: 'true' }]);
    expect(open.value).toEqual(mine);
    expect(merge(block(), theirs, mine, { default: 'theirs' }).value).toEqual(theirs);
  });

  it('compares rules by their id, and keeps both of two new ones with one id', () => {
    const base = block({ rules: [rule('r1'), rule('r2')] });
    const { value, conflicts } = merge(
      base,
      block({ rules: [rule('r1', 'false'), rule('r2'), rule('r3')] }),
      block({ rules: [{ serve: 'code' }, rule('r1'), rule('r2', 'code'), rule('r3', 'false')] }),
    );
    expect(conflicts).toEqual([]);
    expect(value).toEqual(
      block({
        rules: [{ serve: 'code' }, rule('r1', 'false'), rule('r2', 'code'), { serve: 'false' }, rule('r3')],
      }),
    );
  });

  it('asks about a rule that one removed and the other edited', () => {
    const base = block({ rules: [rule('r1')] });
    const theirs = block({ rules: [] });
    const mine = block({ rules: [rule('r1', 'false')] });
    const { conflicts } = merge(base, theirs, mine);
    expect(conflicts.map((item) => item.path)).toEqual(['rules[r1]']);
    expect(merge(base, theirs, mine, { 'rules[r1]': 'theirs' }).value).toEqual(theirs);
    expect(merge(base, theirs, mine).value).toEqual(mine);
  });

  it('keeps an order that one of them changed, and asks where both did', () => {
    const rules = (...ids: string[]) => block({ rules: ids.map((id) => rule(id)) });
    const one = merge(rules('a', 'b', 'c'), rules('a', 'b', 'd', 'c'), rules('c', 'a', 'b'));
    expect(one.conflicts).toEqual([]);
    expect(one.value).toEqual(rules('c', 'a', 'b', 'd'));
    const both = merge(rules('a', 'b', 'c'), rules('b', 'a', 'c'), rules('c', 'a', 'b'));
    expect(both.conflicts.map((item) => item.path)).toEqual(['rules order']);
    expect(both.value).toEqual(rules('c', 'a', 'b'));
  });

  it('adds and removes texts of both in lists such as the members of a group', () => {
    const { value, conflicts } = merge(
      { include: ['a', 'b'] },
      { include: ['b', 'c'] },
      { include: ['a', 'b', 'd'], description: 'x' },
    );
    expect(conflicts).toEqual([]);
    expect(value).toEqual({ include: ['b', 'c', 'd'], description: 'x' });
  });

  it('asks about the whole where one took the object out', () => {
    expect(merge(block(), undefined, block({ off: 'code' })).conflicts[0]?.path).toBe('');
    expect(merge(block(), undefined, block({ off: 'code' }), { '': 'theirs' }).value).toBeUndefined();
  });

  it('holds an experiment’s arms and their layout together', () => {
    const arms = (name: string, table: number) => ({
      arms: [{ name }],
      table: [[table, name]],
      state: 'draft',
    });
    const { value, conflicts } = merge(arms('a', 1), arms('b', 2), arms('c', 3), { arms: 'theirs' });
    expect(conflicts.map((item) => item.path)).toEqual(['arms']);
    expect(value).toEqual(arms('b', 2));
  });
});
