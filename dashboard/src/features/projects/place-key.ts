const form = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Why something cannot be the key of a project or an environment, or undefined when it can. */
export function placeFault(key: string): string | undefined {
  if (key === '') return 'Give it a key.';
  if (form.test(key)) return undefined;
  if (key.length > 64) return 'At most 64 characters.';
  if (!/^[a-z0-9]/.test(key)) return 'Start with a small letter or a digit.';
  return 'Use small letters, digits, dot, underscore and hyphen only.';
}

/** A key made of a name: "Web shop" → "web-shop". */
export function keyOf(name: string): string {
  return name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9._]+/g, '-')
    .replace(/^[-._]+|-+$/g, '')
    .slice(0, 64);
}
