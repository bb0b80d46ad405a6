import type { Json } from '@/api/types';

export type Context = { [name: string]: Json };
export type ValueType = 'text' | 'number' | 'boolean' | 'json';
/** One attribute as it is typed; without a value it is not given. */
export type Row = { uid: string; path: string; text: string; type: ValueType; usual?: true };

/** The rows that are always there to be filled. */
const usual = ['targetingKey', 'app.platform', 'app.version'];

let last = 0;
export function newRow(path = '', text = '', type: ValueType = 'text'): Row {
  last += 1;
  return { uid: `row-${last}`, path, text, type };
}

const isObject = (value: unknown): value is Context =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A context from an address or a box: an object, or a targeting key alone. */
export function contextOf(value: unknown): Context | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (isObject(value)) return value;
  return Array.isArray(value) ? undefined : { targetingKey: String(value) };
}

function rowOf(path: string, value: Json): Row {
  if (typeof value === 'string') return newRow(path, value);
  if (typeof value === 'number') return newRow(path, String(value), 'number');
  if (typeof value === 'boolean') return newRow(path, String(value), 'boolean');
  return newRow(path, JSON.stringify(value), 'json');
}

function flatten(context: Context, prefix = ''): Row[] {
  return Object.entries(context).flatMap(([name, value]) =>
    isObject(value) && Object.keys(value).length > 0
      ? flatten(value, `${prefix}${name}.`)
      : [rowOf(prefix + name, value)],
  );
}

/** A context as rows: the usual ones first, given or not. */
export function rowsOf(context: Context): Row[] {
  const given = flatten(context);
  const first = usual.map((path) => ({
    ...(given.find((row) => row.path === path) ?? newRow(path)),
    usual: true as const,
  }));
  return [...first, ...given.filter((row) => !usual.includes(row.path))];
}

/** Why a row's value cannot be used. */
export function rowFault(row: Row): string | undefined {
  if (row.text === '') return undefined;
  if (row.type === 'number' && !Number.isFinite(Number(row.text))) return 'Write a number, such as 18.';
  if (row.type !== 'json') return undefined;
  try {
    JSON.parse(row.text);
    return undefined;
  } catch {
    return 'Write JSON, such as ["admin", "editor"].';
  }
}

function typed(row: Row): Json {
  if (row.type === 'number') return Number(row.text);
  if (row.type === 'boolean') return row.text === 'true';
  return row.type === 'json' ? (JSON.parse(row.text) as Json) : row.text;
}

/** The context that rows make; rows without a name or a usable value are left out. */
export function contextOfRows(rows: Row[]): Context {
  const context: Context = {};
  for (const row of rows) {
    if (row.path === '' || row.text === '' || rowFault(row)) continue;
    const names = row.path.split('.');
    const leaf = names.pop() ?? row.path;
    let at = context;
    for (const name of names) {
      const inside = at[name];
      const next: Context = isObject(inside) ? inside : {};
      at[name] = next;
      at = next;
    }
    at[leaf] = typed(row);
  }
  return context;
}
