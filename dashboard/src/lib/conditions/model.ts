/** How the constants of an `in` are meant. */
export type ValueType = 'text' | 'number' | 'boolean';

/** One comparison as the editor holds it; constants are text while they are typed. */
export type ClauseLine = {
  kind: 'clause';
  uid: string;
  path: string;
  op: string;
  not: boolean;
  values: string[];
  valueType: ValueType;
  ignoreCase: boolean;
};
export type GroupLine = { kind: 'group'; uid: string; not: boolean; groups: string[] };
export type FlagLine = { kind: 'flag'; uid: string; not: boolean; flag: string; variations: string[] };
export type Line = ClauseLine | GroupLine | FlagLine;

/** Lines of which any must hold; most blocks have one. Of several blocks each must hold. */
export type Block = { uid: string; lines: Line[] };

/** A condition as it is edited: lines, or, where it is deeper than AND of ORs, its document text. */
export type When = { kind: 'blocks'; blocks: Block[] } | { kind: 'document'; text: string; fault?: string };

let last = 0;
/** A key for React that stays with its line while lines move. */
export const uid = (): string => {
  last += 1;
  return `u${last}`;
};

export const everyone = (): When => ({ kind: 'blocks', blocks: [] });

export const newClause = (path = ''): ClauseLine => ({
  kind: 'clause',
  uid: uid(),
  path,
  op: path.endsWith('.version') ? 'ver_ge' : 'in',
  not: false,
  values: [],
  valueType: 'text',
  ignoreCase: false,
});
export const newGroupLine = (): GroupLine => ({ kind: 'group', uid: uid(), not: false, groups: [] });
export const newFlagLine = (): FlagLine => ({
  kind: 'flag',
  uid: uid(),
  not: false,
  flag: '',
  variations: [],
});
export const block = (...lines: Line[]): Block => ({ uid: uid(), lines });

const reserved = new Set(['all', 'any', 'not', 'group', 'flag', 'attr']);
/** Names that a condition's line may not have for a path without `attr`. */
export const isReserved = (path: string): boolean => reserved.has(path);

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** "a, b\nc" or one value a line → its values, trimmed, each once. */
export function splitValues(text: string): string[] {
  const parts = text
    .split(/[\n\r,;\t]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return [...new Set(parts)];
}
