import { describe, expect, it } from 'vitest';
import type { Receipt } from '@/api/types';
import { duration, receiptWords, since } from './words';

const noon = new Date(2026, 10, 23, 12, 0, 0).getTime();
const receipt = (over: Partial<Receipt>): Receipt => ({
  revision: 812,
  state: 'applied',
  committedAt: noon,
  expected: 214,
  applied: 214,
  slowestMs: 310,
  stale: 0,
  staleInstances: [],
  ...over,
});

describe('a receipt in words', () => {
  it.each([
    ['all have it', {}, 'applied by 214 of 214 instances, slowest 310 ms'],
    [
      'some are stale',
      { state: 'stale', applied: 212, stale: 2, staleSince: noon + 122 * 60_000 },
      'applied by 212 of 214 instances, slowest 310 ms, 2 stale since 14:02',
    ],
    [
      'not all have reported',
      { state: 'waiting', applied: 3, slowestMs: undefined },
      'applied by 3 of 214 instances, waiting for the others',
    ],
    [
      'one instance',
      { expected: 1, applied: 1, slowestMs: 4120 },
      'applied by 1 of 1 instance, slowest 4.1 s',
    ],
    ['nobody', { expected: 0, applied: 0, slowestMs: undefined }, 'no instance was connected'],
    ['nothing is kept', { state: 'unknown', expected: 0, applied: 0 }, 'no receipt is kept of it'],
  ] as [string, Partial<Receipt>, string][])('%s', (_, over, want) => {
    expect(receiptWords(receipt(over), noon)).toBe(want);
  });

  it('names the day where it is not today', () => {
    expect(since(noon, noon + 24 * 3_600_000)).toBe('2026-11-23 12:00');
    expect(duration(125_000)).toBe('2 min');
  });
});
