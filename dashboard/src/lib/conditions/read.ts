import type { Condition } from '@/api/types';
import {
  type Block,
  block,
  type ClauseLine,
  type Line,
  textOf,
  uid,
  type ValueType,
  type When,
} from './model';
import { operatorOf } from './operators';

/** Thrown inside only: the tree is deeper than AND of ORs. */
class TooDeep extends Error {}

const asList = (value: unknown): unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];
const isObject = (value: unknown): value is { [key: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function typeOf(values: unknown[]): ValueType {
  const kinds = new Set(values.map((value) => typeof value));
  if (kinds.size > 1) throw new TooDeep();
  if (kinds.has('number')) return 'number';
  return kinds.has('boolean') ? 'boolean' : 'text';
}

function clause(path: string, op: string, value: unknown, ignoreCase: boolean): ClauseLine {
  const known = operatorOf(op);
  if (!known) throw new TooDeep();
  const values = known.takes === 'none' ? [] : asList(value);
  return {
    kind: 'clause',
    uid: uid(),
    path,
    op,
    not: false,
    values: values.map(textOf),
    valueType: known.values === 'scalar' ? typeOf(values) : 'text',
    ignoreCase,
  };
}

/** The clauses of one `path: …` line; each must hold. */
function clauses(path: string, value: unknown): Line[] {
  if (!isObject(value)) return [clause(path, 'in', value, false)];
  const ignoreCase = value.ignoreCase === true;
  return Object.entries(value)
    .filter(([op]) => op !== 'ignoreCase')
    .map(([op, constants]) => clause(path, op, constants, ignoreCase));
}

function attr(value: unknown): Line[] {
  if (!isObject(value) || typeof value.path !== 'string') throw new TooDeep();
  const { path, ...tests } = value;
  return clauses(path as string, tests);
}

function flags(value: unknown): Line[] {
  if (!isObject(value)) throw new TooDeep();
  return Object.entries(value).map(([flag, ids]) => ({
    kind: 'flag',
    uid: uid(),
    not: false,
    flag,
    variations: asList(ids).map(textOf),
  }));
}

const negate = (line: Line): Line => ({ ...line, not: !line.not });

/** not (A and (B or C)): each side may only go one deep. */
function negated(condition: unknown): Block[] {
  const inner = blocksOf(condition);
  if (inner.every((item) => item.lines.length === 1)) {
    return inner.length === 0 ? fail() : [block(...inner.flatMap((item) => item.lines.map(negate)))];
  }
  if (inner.length === 1 && inner[0]) return inner[0].lines.map((line) => block(negate(line)));
  return fail();
}

function fail(): never {
  throw new TooDeep();
}

/** any [A, B or C]: one block; an AND inside is too deep. */
function anyOf(value: unknown): Block {
  const lines = asList(value).flatMap((item) => {
    const inner = blocksOf(item);
    return inner.length === 1 && inner[0] ? inner[0].lines : fail();
  });
  return lines.length === 0 ? fail() : block(...lines);
}

function blocksOf(condition: unknown): Block[] {
  if (!isObject(condition)) return fail();
  return Object.entries(condition).flatMap(([key, value]): Block[] => {
    switch (key) {
      case 'all':
        return asList(value).flatMap(blocksOf);
      case 'any':
        return [anyOf(value)];
      case 'not':
        return negated(value);
      case 'group':
        return [block({ kind: 'group', uid: uid(), not: false, groups: asList(value).map(textOf) })];
      case 'flag':
        return flags(value).map((line) => block(line));
      case 'attr':
        return attr(value).map((line) => block(line));
      default:
        return clauses(key, value).map((line) => block(line));
    }
  });
}

/** A document's condition as the editor shows it. */
export function readCondition(condition: Condition | undefined | null): When {
  if (condition === undefined || condition === null) return { kind: 'blocks', blocks: [] };
  try {
    return { kind: 'blocks', blocks: blocksOf(condition) };
  } catch (error) {
    if (!(error instanceof TooDeep)) throw error;
    return { kind: 'document', text: JSON.stringify(condition, null, 2) };
  }
}
