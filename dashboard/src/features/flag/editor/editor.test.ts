import { describe, expect, it } from 'vitest';
import type { Configuration } from '@/api/types';
import {
  type ConfigurationEdit,
  readConfiguration,
  ruleWords,
  unconfigured,
  writeConfiguration,
} from './model';
import { edit } from './reducer';

const order = ['true', 'false'];
const stored: Configuration = {
  enabled: true,
  off: 'false',
  prerequisites: [{ flag: 'pay.api', variations: ['true'] }],
  targets: { targetingKey: { alice: 'true', bob: 'false', carol: 'true' } },
  rules: [
    { id: 'ios-2', name: 'iOS', when: { 'app.platform': { in: ['ios'] } }, serve: 'true' },
    {
      id: 'r1',
      when: { group: ['beta'] },
      serve: { true: 25, false: 75 },
      table: [
        [250_000, 'true'],
        [1_000_000, 'false'],
      ],
    },
  ],
  default: 'code',
};
const open = () => readConfiguration(stored, 'boolean', order);
const rule = (state: ConfigurationEdit, at: number) => {
  const found = state.rules[at];
  if (!found) throw new Error(`no rule ${at}`);
  return found;
};

describe('the rule editor', () => {
  it('changes nothing by opening and writing', () => {
    expect(writeConfiguration(open())).toEqual(stored);
    expect(writeConfiguration(readConfiguration(null, 'boolean', order))).toEqual(unconfigured('boolean'));
    expect(unconfigured('string').off).toBe('code');
  });

  it('adds a rule for everyone at the end', () => {
    const state = edit(open(), {
      type: 'rule.add',
      serve: { kind: 'variation', id: 'true' },
      forEveryone: true,
    });
    expect(writeConfiguration(state).rules?.[2]).toEqual({ serve: 'true' });
    expect(ruleWords(rule(state, 2))).toBe('Everyone gets true');
  });

  it('moves a rule, and stays put at the ends', () => {
    const state = open();
    const moved = edit(state, { type: 'rule.move', uid: rule(state, 1).uid, by: -1 });
    expect(moved.rules.map((item) => item.id)).toEqual(['r1', 'ios-2']);
    expect(edit(moved, { type: 'rule.move', uid: rule(moved, 0).uid, by: -1 }).rules).toEqual(moved.rules);
  });

  it('copies a rule below itself without its id', () => {
    const state = open();
    const copied = edit(state, { type: 'rule.copy', uid: rule(state, 0).uid });
    expect(copied.rules.map((item) => item.id)).toEqual(['ios-2', undefined, 'r1']);
    expect(new Set(copied.rules.map((item) => item.uid)).size).toBe(3);
  });

  it('removes a rule', () => {
    const state = open();
    expect(edit(state, { type: 'rule.remove', uid: rule(state, 0).uid }).rules).toHaveLength(1);
  });

  it('renames a rule', () => {
    const state = open();
    const named = edit(state, { type: 'rule.name', uid: rule(state, 1).uid, name: ' Beta ' });
    expect(writeConfiguration(named).rules?.[1]?.name).toBe('Beta');
  });

  it('edits a rule’s condition and what it serves', () => {
    let state = open();
    const first = rule(state, 0);
    if (first.when.kind !== 'blocks') throw new Error('lines expected');
    const line = first.when.blocks[0]?.lines[0];
    if (line?.kind !== 'clause') throw new Error('a clause expected');
    state = edit(state, {
      type: 'rule.when',
      uid: first.uid,
      action: { type: 'change', line: { ...line, values: ['ios', 'ipados'] } },
    });
    state = edit(state, { type: 'rule.serve', uid: first.uid, serve: { kind: 'variation', id: 'false' } });
    expect(writeConfiguration(state).rules?.[0]).toEqual({
      id: 'ios-2',
      name: 'iOS',
      when: { 'app.platform': { in: ['ios', 'ipados'] } },
      serve: 'false',
    });
  });

  it('gathers targets by path and variation, and writes them value by value', () => {
    const state = open();
    expect(state.targets.map((list) => [list.variation, list.values])).toEqual([
      ['true', ['alice', 'carol']],
      ['false', ['bob']],
    ]);
    const added = edit(state, { type: 'target.add', variation: 'true' });
    expect(writeConfiguration(added).targets).toEqual(stored.targets);
  });

  it('sets default and off', () => {
    let state = edit(open(), { type: 'otherwise', serve: { kind: 'variation', id: 'true' } });
    state = edit(state, { type: 'off', variation: 'code' });
    expect(writeConfiguration(state)).toMatchObject({ default: 'true', off: 'code' });
  });

  it('adds, fills and removes a prerequisite', () => {
    let state = edit(open(), { type: 'prerequisite.add' });
    const made = state.prerequisites[1];
    if (!made) throw new Error('a prerequisite expected');
    state = edit(state, { type: 'prerequisite.change', uid: made.uid, flag: 'x', variations: ['true'] });
    expect(writeConfiguration(state).prerequisites).toHaveLength(2);
    state = edit(state, { type: 'prerequisite.remove', uid: made.uid });
    expect(writeConfiguration(state).prerequisites).toEqual(stored.prerequisites);
  });
});
