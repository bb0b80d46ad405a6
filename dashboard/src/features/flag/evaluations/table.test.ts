import { describe, expect, it } from 'vitest';
import type { Evaluations } from '@/api/types';
import { columns, sentence, stacked } from './table';

const hour = 3_600_000;
const data: Evaluations = {
  from: 0,
  to: 3 * hour,
  stepMs: hour,
  series: [
    { variation: 'true', label: 'true', points: [{ at: hour, count: 3 }] },
    {
      variation: null,
      label: "the program's own default",
      points: [
        { at: 0, count: 1 },
        { at: hour, count: 2 },
      ],
    },
  ],
  total: 6,
  byApplication: [],
};

describe('evaluations as a chart', () => {
  it('fills hours without evaluations with 0', () => {
    expect(columns(data)).toEqual({
      at: [0, 3600, 7200],
      lines: [
        [0, 3, 0],
        [1, 2, 0],
      ],
    });
  });
  it('stacks each series on those before', () => {
    expect(stacked(columns(data).lines)).toEqual([
      [0, 3, 0],
      [1, 5, 0],
    ]);
  });
  it('is a sentence too', () => {
    expect(sentence(data, 'PRODUCTION')).toBe(
      "6 evaluations in PRODUCTION in the last 24 hours: true 3, the program's own default 3.",
    );
    expect(sentence({ ...data, series: [], total: 0 }, 'Development')).toContain('No evaluation');
  });
});
