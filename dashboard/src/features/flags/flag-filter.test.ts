import { describe, expect, test } from 'vitest';
import type { FlagEnvironment, FlagSummary } from '@/api/types';
import { filterFlags, inTab, tabCounts } from './flag-filter';
import { flatRows, type Row, treeRows } from './flag-tree';

const state = (change: Partial<FlagEnvironment> = {}): FlagEnvironment => ({
  configured: false,
  enabled: true,
  serving: 'code default false',
  servingKind: 'code',
  rollingOut: false,
  hourly: [],
  ...change,
});

const flag = (key: string, change: Partial<FlagSummary> = {}): FlagSummary => ({
  key,
  type: 'boolean',
  description: '',
  tags: [],
  owner: '',
  kind: 'release',
  client: false,
  source: 'code',
  createdAt: 0,
  drift: [],
  stale: [],
  variations: [
    { id: 'true', value: true },
    { id: 'false', value: false },
  ],
  environments: { production: state(), development: state() },
  ...change,
});

const flags = [
  flag('Flags.isHoliday', { description: 'Serve the special day', tags: ['calendar'] }),
  flag('Flags.theme', { type: 'string', variations: [{ id: 'blue', value: 'blue', name: 'Calm' }] }),
  flag('pay.api', {
    source: 'person',
    environments: { production: state({ servingKind: 'off', configured: true }), development: state() },
  }),
];
const found = (filter: Parameters<typeof filterFlags>[1]) =>
  filterFlags(flags, filter, 'production').map((item) => item.key);

describe('the filter', () => {
  test('looks into key, description, tags and the values of variations', () => {
    expect(found({ q: 'holiday' })).toEqual(['Flags.isHoliday']);
    expect(found({ q: 'special' })).toEqual(['Flags.isHoliday']);
    expect(found({ q: 'calm' })).toEqual(['Flags.theme']);
    expect(found({ q: 'nothing like it' })).toEqual([]);
  });

  test('every part must hold', () => {
    expect(found({ type: 'string' })).toEqual(['Flags.theme']);
    expect(found({ serving: 'off' })).toEqual(['pay.api']);
    expect(found({ tag: 'calendar', q: 'flags' })).toEqual(['Flags.isHoliday']);
    expect(found({ tag: 'calendar', type: 'string' })).toEqual([]);
  });

  test('takes well under 150 ms for 5,000 flags', () => {
    const many = Array.from({ length: 5000 }, (_, n) =>
      flag(`space${n % 40}.flag${n}`, { description: 'x'.repeat(80) }),
    );
    filterFlags(many, { q: 'warm' }, 'production');
    // The quickest of several: a busy machine takes the processor away from some.
    const taken = Array.from({ length: 10 }, () => {
      const start = performance.now();
      expect(filterFlags(many, { q: 'flag4999' }, 'production')[0]?.key).toBe('space39.flag4999');
      return performance.now() - start;
    });
    expect(Math.min(...taken)).toBeLessThan(150);
  });
});

describe('the tabs', () => {
  test('new from code ends when somebody configures the flag anywhere', () => {
    expect(inTab(flags[0] as FlagSummary, 'code')).toBe(true);
    const touched = flag('a', {
      environments: { production: state(), development: state({ configured: true }) },
    });
    expect(inTab(touched, 'code')).toBe(false);
  });

  test('count what they hold', () => {
    const more = [
      ...flags,
      flag('x', { environments: { production: state({ rollingOut: true, experiment: 'e' }) } }),
    ];
    expect(tabCounts(more, 7)).toEqual({ all: 4, rolling: 1, experiment: 1, code: 3, stale: 0, archived: 7 });
  });
});

describe('the rows', () => {
  const words = (rows: Row[]) =>
    rows.map((row) =>
      row.kind === 'flag' ? `${'  '.repeat(row.depth)}${row.name}` : `${'  '.repeat(row.depth)}${row.name}/`,
    );

  test('namespaces stand before the flags beside them', () => {
    const tree = treeRows([flag('solo'), flag('a.b.two'), flag('a.one')], new Set());
    expect(words(tree)).toEqual(['a/', '  b/', '    two', '  one', 'solo']);
  });

  test('a closed namespace hides what it holds and says how much that is', () => {
    const tree = treeRows([flag('a.b.two'), flag('a.one'), flag('solo')], new Set(['a']));
    expect(words(tree)).toEqual(['a/', 'solo']);
    expect(tree[0]).toMatchObject({ flags: 2, open: false });
  });

  test('flat rows keep the order of the hits', () => {
    expect(flatRows([flag('b.x'), flag('a.y')]).map((row) => row.kind === 'flag' && row.namespace)).toEqual([
      'b',
      'a',
    ]);
  });
});
