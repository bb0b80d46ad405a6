import type { Condition } from '@/api/types';
import { type Block, type ClauseLine, isReserved, type Line, type When } from './model';
import { operatorOf } from './operators';

const decimal = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** A typed constant as JSON; text that is no number stays text, and the server says so. */
function constant(text: string, kind: string, line: ClauseLine): unknown {
  const number = kind === 'number' || (kind === 'scalar' && line.valueType === 'number');
  if (number && decimal.test(text)) return Number(text);
  if (kind === 'scalar' && line.valueType === 'boolean' && (text === 'true' || text === 'false')) {
    return text === 'true';
  }
  return text;
}

function tests(line: ClauseLine): { [op: string]: unknown } {
  const known = operatorOf(line.op);
  if (!known || known.takes === 'none') return { [line.op]: true };
  const values = line.values.map((text) => constant(text, known.values, line));
  const value: unknown = known.takes === 'one' && values.length === 1 ? values[0] : values;
  const made: { [op: string]: unknown } = { [line.op]: value };
  if (line.ignoreCase && known.ignoreCase) made.ignoreCase = true;
  return made;
}

function positive(line: Line): Condition {
  if (line.kind === 'group') return { group: line.groups };
  if (line.kind === 'flag') return { flag: { [line.flag]: line.variations } };
  if (isReserved(line.path)) return { attr: { path: line.path, ...tests(line) } };
  return { [line.path]: tests(line) };
}

const one = (line: Line): Condition => (line.not ? { not: positive(line) } : positive(line));

function ofBlock(item: Block): Condition {
  const [first, ...more] = item.lines;
  if (!first) return {};
  return more.length === 0 ? one(first) : { any: item.lines.map(one) };
}

const isTests = (value: unknown): value is { [op: string]: unknown } =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Puts two lines on one path together where no operator is there twice: age at least 18 and less than 65. */
function merged(before: unknown, after: unknown): unknown {
  if (!isTests(before) || !isTests(after)) return undefined;
  if (before.ignoreCase !== after.ignoreCase) return undefined;
  if (Object.keys(after).some((op) => op !== 'ignoreCase' && op in before)) return undefined;
  return { ...before, ...after };
}

/** Each block a line of the mapping; what does not fit beside the others goes into `all`. */
function together(conditions: Condition[]): Condition {
  const result: Condition = {};
  const rest: Condition[] = [];
  for (const condition of conditions) {
    for (const [key, value] of Object.entries(condition)) {
      if (!(key in result)) {
        result[key] = value;
        continue;
      }
      const both = isReserved(key) && key !== 'flag' ? undefined : merged(result[key], value);
      if (both === undefined) rest.push({ [key]: value });
      else result[key] = both;
    }
  }
  if (rest.length > 0) result.all = rest;
  return result;
}

/** What the editor holds as a document's condition; undefined is everyone. */
export function writeCondition(when: When): Condition | undefined {
  if (when.kind === 'document') return parseCondition(when.text).condition;
  const conditions = when.blocks.filter((item) => item.lines.length > 0).map(ofBlock);
  return conditions.length === 0 ? undefined : together(conditions);
}

/** Reads a condition typed as JSON; the server checks what its lines mean. */
export function parseCondition(text: string): { condition?: Condition; fault?: string } {
  if (text.trim() === '') return {};
  try {
    const value = JSON.parse(text) as unknown;
    if (isTests(value)) return { condition: value };
    return { fault: 'A condition is an object: { "country": ["DE"] }.' };
  } catch (error) {
    return { fault: `This is not JSON: ${(error as Error).message}` };
  }
}
