/** "Flags.isHoliday" → namespaces ["Flags"] and the leaf "isHoliday". */
export function splitKey(key: string): { namespaces: string[]; leaf: string } {
  const parts = key.split('.');
  const leaf = parts.pop() ?? key;
  return { namespaces: parts, leaf };
}

/** A flag's value on one line, cut where it would be long. */
export function valueText(value: unknown, limit = 40): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
}

const keyPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** Why a key cannot be used, or undefined when it can. */
export function keyFault(key: string): string | undefined {
  if (key === '') return 'Give it a name.';
  if (keyPattern.test(key)) return undefined;
  if (key.length > 128) return 'At most 128 characters.';
  if (!/^[A-Za-z0-9]/.test(key)) return 'Start with a letter or a digit.';
  return 'Use letters, digits, dot, underscore and hyphen only.';
}

/** "1 flag", "3 flags". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`;
}

/** A program that asks for something, as people name it: calendar 1.4.0 in production. */
export const programWords = (program: { application: string; version: string; environment: string }) =>
  `${[program.application, program.version].filter(Boolean).join(' ')} in ${program.environment}`;
