import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const source = resolve(__dirname, '../src');

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    return /\.tsx?$/.test(entry.name) && !/\.(d|test)\.tsx?$/.test(entry.name) ? [path] : [];
  });
}

/** Each import of a file inside src, as a path relative to src. */
function imports(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '');
  return found.flatMap((name) => {
    if (name.startsWith('@/')) return [name.slice(2)];
    if (name.startsWith('.')) return [relative(source, resolve(dirname(file), name))];
    return [];
  });
}

/** app, api, lib, components, or features/<name>. */
function layer(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'features' ? `features/${second}` : first;
}

/** What each layer may import, beside itself. `features/review` is the save model that all features share. */
function allowed(from: string): (to: string) => boolean {
  if (from === 'main.tsx' || from === 'app') return () => true;
  if (from === 'api') return () => false;
  if (from === 'lib') return (to) => to === 'api';
  if (from === 'components') return (to) => to === 'api' || to === 'lib';
  return (to) => ['api', 'lib', 'components', 'features/review'].includes(to);
}

describe('import rules', () => {
  const all = files(source).map((file) => ({ file: relative(source, file), imports: imports(file) }));

  test('the layers exist', () => {
    const layers = new Set(all.map((entry) => layer(entry.file)));
    for (const name of ['app', 'api', 'lib', 'components', 'features/review']) {
      expect(layers).toContain(name);
    }
  });

  test('app imports features, features import components, and no feature imports another', () => {
    const wrong = all.flatMap((entry) => {
      const from = layer(entry.file);
      const may = allowed(from);
      return entry.imports
        .filter((target) => layer(target) !== from && !may(layer(target)))
        .map((target) => `${entry.file} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test('a file stays under 300 lines', () => {
    const long = files(source)
      .map((file) => ({ file: relative(source, file), lines: readFileSync(file, 'utf8').split('\n').length }))
      .filter((entry) => entry.lines > 300 && entry.file !== 'api/types.ts');
    expect(long).toEqual([]);
  });
});
