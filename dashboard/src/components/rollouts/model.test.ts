import { describe, expect, it } from 'vitest';
import type { Configuration } from '@/api/types';
import { isHoliday } from '../../../tests/flag-fixture';
import {
  addStep,
  isFaulty,
  type PlanEdit,
  planOf,
  planTitle,
  planWords,
  presentAt,
  presetSteps,
  raisable,
  type StepEdit,
  settle,
  stepFaults,
  waitMs,
} from './model';

const configuration: Configuration = {
  enabled: true,
  off: 'false',
  prerequisites: [],
  targets: {},
  rules: [
    { id: 'beta', when: { plan: { in: ['pro'] } }, serve: { true: 25, false: 75 }, by: 'account.id' },
    { id: 'rest', when: {}, serve: 'true' },
  ],
  default: 'false',
};
const raised = { flag: 'Flags.isHoliday', environment: 'production' };
const edit = (over: Partial<PlanEdit> = {}): PlanEdit => ({
  variation: 'true',
  rule: '',
  rest: 'false',
  by: 'targetingKey',
  steps: presetSteps('hours'),
  ...over,
});
const step = (percent: string, wait = '1', unit: StepEdit['unit'] = 'h'): StepEdit => ({
  id: 0,
  percent,
  wait,
  unit,
});

describe('what is raised', () => {
  it('reads what a place serves now', () => {
    expect(presentAt(null, '')).toEqual({ kind: 'code' });
    expect(presentAt(configuration, '')).toEqual({ kind: 'variation', id: 'false' });
    expect(presentAt(configuration, 'beta')).toEqual({ kind: 'split', by: 'account.id' });
    const split = { serve: { true: 5, false: 95 }, by: 'device' };
    expect(presentAt({ ...configuration, default: split }, '')).toEqual({ kind: 'split', by: 'device' });
    const plain = { serve: { true: 5, false: 95 } };
    expect(presentAt({ ...configuration, default: plain }, '')).toEqual({
      kind: 'split',
      by: 'targetingKey',
    });
  });

  it('offers no variation that everyone has, and no rest that is raised itself', () => {
    const present = presentAt(configuration, 'rest');
    expect(raisable(isHoliday, present).map((item) => item.id)).toEqual(['false']);
    expect(settle(isHoliday, present, edit())).toMatchObject({ variation: 'false', rest: 'true' });
  });
});

describe('the plan', () => {
  it('names the rest only where the program decides now, and the unit only of a new split', () => {
    const steps = [step('10', '30', 'min'), step('100')];
    const sent = [{ percent: 10, wait: 1_800_000 }, { percent: 100 }];
    const by = 'account.id';
    expect(planOf(raised, edit({ steps, by }), { kind: 'code' })).toEqual({
      ...raised,
      variation: 'true',
      rest: 'false',
      by,
      steps: sent,
    });
    const there = presentAt(configuration, 'beta');
    expect(planOf(raised, edit({ steps, by: 'other', rule: 'beta' }), there)).toEqual({
      ...raised,
      variation: 'true',
      rule: 'beta',
      steps: sent,
    });
    expect(planOf({ experiment: 'launch' }, edit({ steps }), { kind: 'code' })).toEqual({
      experiment: 'launch',
      steps: sent,
    });
  });

  it('is told as a sentence and as a title', () => {
    const plan = planOf(raised, edit(), { kind: 'code' });
    expect(planWords(plan, { kind: 'code' })).toBe(
      '10 % get true at once, 100 % after 3 h. Whoever has it keeps it. The others get false from the first step on.',
    );
    expect(planWords(plan, { kind: 'variation', id: 'blue' })).toMatch(/The others keep blue\.$/);
    expect(planTitle(plan)).toBe(
      'Roll out true of Flags.isHoliday gradually: 10 % → 1 h later 25 % → 1 h later 50 % → 1 h later 100 %',
    );
    const long = { ...plan, flag: 'x'.repeat(190) };
    expect(planTitle(long)).toHaveLength(200);
  });
});

describe('steps', () => {
  it('grow, and wait from a second to 366 days', () => {
    const wrong = (steps: StepEdit[]) => stepFaults(steps).map(isFaulty);
    expect(wrong(presetSteps('days'))).toEqual([false, false, false, false]);
    expect(wrong([step('0'), step('50'), step('50')])).toEqual([true, false, true]);
    expect(wrong([step('1.00001'), step('101', 'x')])).toEqual([true, true]);
    expect(wrong([step('1', '367', 'd'), step('2', 'x')])).toEqual([true, false]);
    expect(waitMs(step('1', '0.5', 's'))).toBeUndefined();
    expect(waitMs(step('1', '1.5', 'h'))).toBe(5_400_000);
  });

  it('get one more: up to everyone, else before everyone', () => {
    expect(addStep([step('10')]).map((item) => item.percent)).toEqual(['10', '100']);
    expect(addStep([step('10'), step('100')]).map((item) => item.percent)).toEqual(['10', '55', '100']);
    expect(stepFaults(addStep([step('100')])).some(isFaulty)).toBe(false);
  });
});
