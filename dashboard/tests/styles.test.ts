import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

// Mantine's rules are imported component by component (the whole sheet is 36 kB of 40 allowed). This looks
// at which components the source uses, and which others those are made of.
const source = resolve(__dirname, '../src');
const mantine = resolve(__dirname, '../node_modules/@mantine/core');

function read(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return read(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name)
      ? [readFileSync(path, 'utf8')]
      : [];
  });
}

function namesIn(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].flatMap((match) =>
    (match[1] ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '' && !name.startsWith('type ')),
  );
}

/** What Mantine's own packages draw with, beside what the source names. */
const indirect = ['Modal', 'ScrollArea', 'Highlight', 'UnstyledButton', 'Input', 'Notification'];

function wanted(): Set<string> {
  const files = new Map<string, string>();
  for (const match of readFileSync(join(mantine, 'esm/index.mjs'), 'utf8').matchAll(
    /import \{([^}]*)\} from "([^"]+)"/g,
  )) {
    for (const name of (match[1] ?? '').split(',')) {
      files.set(name.trim().split(' as ').pop() ?? '', resolve(mantine, 'esm', match[2] ?? ''));
    }
  }
  const used = [
    ...read(source).flatMap((text) => namesIn(text, /import\s*\{([^}]*)\}\s*from '@mantine\/core'/g)),
    ...indirect,
  ];
  const seen = new Set<string>();
  const sheets = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file) || !existsSync(file)) return;
    seen.add(file);
    const sheet = basename(file).match(/^(\w+)\.module\.mjs$/)?.[1];
    if (sheet && existsSync(join(mantine, 'styles', `${sheet}.css`))) sheets.add(sheet);
    for (const match of readFileSync(file, 'utf8').matchAll(/from "(\.[^"]+)"/g)) {
      visit(resolve(dirname(file), match[1] ?? ''));
    }
  };
  for (const name of used) visit(files.get(name) ?? '');
  return sheets;
}

const imported = [
  ...readFileSync(join(source, 'components/styles.ts'), 'utf8').matchAll(
    /@mantine\/core\/styles\/(\w+)\.css/g,
  ),
].map((match) => match[1] ?? '');

test('every Mantine component in use brings its rules', () => {
  const missing = [...wanted()].filter((sheet) => !imported.includes(sheet));
  expect(missing, 'import these in src/components/styles.ts').toEqual([]);
});

test('the rules cascade in the order of the whole sheet', () => {
  const whole = readFileSync(join(mantine, 'styles.css'), 'utf8');
  const place = (sheet: string) => {
    const text = readFileSync(join(mantine, 'styles', `${sheet}.css`), 'utf8');
    const first = text.match(/\.m_[0-9a-z]+/)?.[0];
    return first ? whole.search(new RegExp(`\\${first}\\b`)) : -1;
  };
  const components = imported.filter((sheet) => place(sheet) >= 0);
  expect(components).toEqual([...components].sort((a, b) => place(a) - place(b)));
});
