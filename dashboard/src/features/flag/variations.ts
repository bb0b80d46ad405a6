import type { FlagDetail, FlagType, Variation } from '@/api/types';
import { keyFault } from '@/lib/names';

/** Where a variation is served now, in words: it cannot go while it is. */
export function usersOf(flag: FlagDetail, id: string): string[] {
  const users: string[] = [];
  const serves = (serve: unknown): boolean =>
    serve === id ||
    (typeof serve === 'object' && serve !== null && (id in serve || serves(Reflect.get(serve, 'serve'))));
  for (const [environment, configuration] of Object.entries(flag.configurations)) {
    if (!configuration) continue;
    configuration.rules.forEach((rule, index) => {
      if (serves(rule.serve)) users.push(`rule ${index + 1} in ${environment}`);
    });
    if (serves(configuration.default)) users.push(`“Otherwise” in ${environment}`);
    if (serves(configuration.off)) users.push(`“When off” in ${environment}`);
    if (Object.values(configuration.targets).some((units) => Object.values(units).includes(id))) {
      users.push(`targets in ${environment}`);
    }
  }
  for (const experiment of flag.experiments) {
    const values = [experiment.serve, ...(experiment.arms ?? []).map((arm) => arm.flags)];
    if (values.some((flags) => flags?.[flag.key] === id)) users.push(`experiment ${experiment.key}`);
  }
  return users;
}

export type VariationEdit = { uid: string; id: string; name: string; text: string };

const shown = (value: unknown, type: FlagType): string =>
  type === 'string' && typeof value === 'string' ? value : JSON.stringify(value);

export const readVariations = (variations: Variation[], type: FlagType): VariationEdit[] =>
  variations.map((item) => ({
    uid: item.id,
    id: item.id,
    name: item.name ?? '',
    text: shown(item.value, type),
  }));

function readValue(text: string, type: FlagType): { value?: unknown; fault?: string } {
  if (type === 'string') return { value: text };
  try {
    const value = JSON.parse(text) as unknown;
    if (type === 'integer' && !Number.isSafeInteger(value))
      return { fault: `${text} is not a whole number.` };
    if (type === 'double' && typeof value !== 'number') return { fault: `${text} is not a number.` };
    if (type === 'json' && (typeof value !== 'object' || value === null)) {
      return { fault: 'A JSON value is an object or a list.' };
    }
    return { value };
  } catch {
    return { fault: type === 'json' ? 'This is not JSON.' : `${text || 'Nothing'} is not a number.` };
  }
}

/** The rows as variations, or what is wrong with the first that cannot be one. */
export function writeVariations(
  rows: VariationEdit[],
  type: FlagType,
): { variations: Variation[]; fault?: string } {
  const variations: Variation[] = [];
  for (const row of rows) {
    const key = keyFault(row.id);
    if (key) return { variations, fault: `${row.id || 'A variation'}: ${key}` };
    if (row.id === 'code' || row.id === 'next') {
      return { variations, fault: `${row.id} is a reserved word, choose another id.` };
    }
    if (variations.some((item) => item.id === row.id)) {
      return { variations, fault: `${row.id} is there twice.` };
    }
    const read = readValue(row.text, type);
    if (read.fault) return { variations, fault: `${row.id}: ${read.fault}` };
    const made: Variation = { id: row.id, value: read.value };
    if (row.name.trim() !== '') made.name = row.name.trim();
    variations.push(made);
  }
  return variations.length === 0
    ? { variations, fault: 'A flag needs at least one variation.' }
    : { variations };
}
