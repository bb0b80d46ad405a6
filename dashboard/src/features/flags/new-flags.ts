import type { Configuration, FlagType, NewFlag, Variation } from '@/api/types';
import { keyFault } from '@/lib/names';

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;
const reserved = new Set(['code', 'next']);

/** The keys in a pasted or typed text: one per line, or between commas and spaces. */
export function readKeys(text: string): string[] {
  const keys = text.split(/[\s,;]+/).filter((part) => part !== '');
  return [...new Set(keys)];
}

export type ValueResult = { variations: Variation[]; fault?: string };

/** Variations from lines of values: the id is the value's text where that can be one, else option-N. */
export function readVariations(type: FlagType, text: string): ValueResult {
  if (type === 'boolean') return { variations: [] };
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) return { variations: [], fault: 'Give at least one value, one per line.' };
  const variations: Variation[] = [];
  for (const [index, line] of lines.entries()) {
    const value = readValue(type, line);
    if (value === undefined) return { variations: [], fault: `Line ${index + 1}: ${wanted[type]}` };
    const fits = idPattern.test(line) && !reserved.has(line) && !variations.some((v) => v.id === line);
    variations.push({ id: fits ? line : `option-${index + 1}`, value });
  }
  return { variations };
}

const wanted: Record<FlagType, string> = {
  boolean: 'true or false.',
  string: 'a text.',
  integer: 'a whole number between -9007199254740991 and 9007199254740991.',
  double: 'a number.',
  json: 'a JSON object or list on one line.',
};

function readValue(type: FlagType, text: string): unknown {
  if (type === 'string') return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (type === 'integer') return Number.isSafeInteger(value) ? value : undefined;
  if (type === 'double') return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
  return typeof value === 'object' && value !== null ? value : undefined;
}

/** A configuration that serves one thing to everyone; `code` is the program's own default. */
export function servesToEveryone(
  type: FlagType,
  serve: string,
  before?: Configuration | null,
): Configuration {
  return {
    enabled: true,
    off: before?.off ?? (type === 'boolean' ? 'false' : 'code'),
    prerequisites: before?.prerequisites ?? [],
    targets: {},
    rules: [],
    default: serve,
  };
}

/** The flags to make from the form's state, or the first fault of it. */
export function readNewFlags(
  text: string,
  type: FlagType,
  values: string,
  serve: string | undefined,
  environment: string,
): { flags: NewFlag[]; fault?: { field: 'key' | 'values'; message: string } } {
  const keys = readKeys(text);
  if (keys.length === 0) return { flags: [], fault: { field: 'key', message: 'Give it a name.' } };
  for (const key of keys) {
    const message = keyFault(key);
    if (message) return { flags: [], fault: { field: 'key', message: `${key}: ${message}` } };
  }
  const { variations, fault } = readVariations(type, values);
  if (fault) return { flags: [], fault: { field: 'values', message: fault } };
  const flags = keys.map((key) => {
    const flag: NewFlag = { key, type };
    if (type !== 'boolean') flag.variations = variations;
    if (serve && serve !== 'code') flag.environments = { [environment]: servesToEveryone(type, serve) };
    return flag;
  });
  return { flags };
}
