import { describe, expect, it } from 'vitest';
import type { ExperimentDocument } from '@/api/types';
import {
  blank,
  equalise,
  experimentFault,
  readExperiment,
  retemplate,
  suggestKey,
  writeExperiment,
} from './model';

const flag = 'Flags.isHoliday';
const set = () => {
  const edit = blank('set', [flag]);
  return { ...edit, arms: edit.arms.map((arm) => ({ ...arm, values: { [flag]: 'true' } })) };
};

describe('an experiment', () => {
  const stored: ExperimentDocument[] = [
    { environment: 'production', state: 'running', order: 100, serve: { 'Flags.theme': 'red' } },
    {
      environment: 'production',
      state: 'draft',
      order: 50,
      description: 'Special day for newer clients',
      when: { 'app.version': { ver_ge: '2.0' } },
      by: 'organization.key',
      arms: [
        { name: 'holiday', share: 25, flags: { [flag]: 'true' } },
        { name: 'normal', share: 25, flags: { [flag]: 'false' } },
        { next: 50 },
      ],
    },
    {
      environment: 'production',
      state: 'running',
      order: 100,
      seed: 's',
      table: [
        [100_000, 'changed'],
        [1_000_000, 'next'],
      ],
      arms: [{ name: 'changed', share: 10, flags: { [flag]: 'true' } }, { next: 90 }],
    },
  ];
  it.each(stored)('is the same when opened and written: %j', (document) => {
    expect(writeExperiment(readExperiment(document), document.environment, document.state)).toEqual(document);
  });

  it('sets a value for everyone with a flag and a value only', () => {
    expect(experimentFault(blank('set', []))).toBe('Choose a flag.');
    expect(experimentFault(blank('set', [flag]))).toBe(`Choose a value of ${flag}.`);
    expect(experimentFault(set())).toBeUndefined();
    expect(writeExperiment(set(), 'production', 'running')).toEqual({
      environment: 'production',
      state: 'running',
      order: 100,
      serve: { [flag]: 'true' },
    });
  });

  it('ramps: the share outside follows the one inside', () => {
    let edit = retemplate(set(), 'ramp');
    expect(experimentFault(edit)).toBe('Give a share in percent.');
    edit = { ...edit, arms: edit.arms.map((arm) => ({ ...arm, text: '12.5' })) };
    expect(experimentFault(edit)).toBeUndefined();
    expect(writeExperiment(edit, 'production', 'running').arms).toEqual([
      { name: 'changed', share: 12.5, flags: { [flag]: 'true' } },
      { next: 87.5 },
    ]);
  });

  it('compares: shares must sum to 100 with the part outside', () => {
    const edit = retemplate(set(), 'compare');
    expect(experimentFault(edit)).toBe(`Choose a value of ${flag} for b.`);
    const full = { ...edit, arms: edit.arms.map((arm) => ({ ...arm, values: { [flag]: 'true' } })) };
    expect(experimentFault(full)).toBeUndefined();
    expect(experimentFault({ ...full, next: '50' })).toContain('sum to 150 %');
    expect(experimentFault(equalise({ ...full, next: '50' }))).toBeUndefined();
    expect(equalise({ ...full, next: '33.3333' }).arms.map((arm) => arm.text)).toEqual([
      '33.3333',
      '33.3334',
    ]);
  });

  it('is named after what it does, with a free name', () => {
    expect(suggestKey(set(), [])).toBe('is-holiday-true');
    expect(suggestKey(set(), ['is-holiday-true'])).toBe('is-holiday-true-2');
  });
});
