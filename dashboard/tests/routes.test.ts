import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

// Everything that the dashboard does is possible for everyone through the documented API: this lists the
// routes that its source calls, and looks each of them up in the API's document.
const source = resolve(__dirname, '../src');
const document: { paths: Record<string, Record<string, unknown>> } = JSON.parse(
  readFileSync(resolve(__dirname, '../../spec/openapi.json'), 'utf8'),
);

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$|\.d\.ts$/.test(entry.name) ? [path] : [];
  });
}

const literal = /'[^'\n]*'|`[^`]*`/.source;

const documented = new Set(
  Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations).map((method) => `${method.toUpperCase()} ${path.replace(/\{[^}]*\}/g, '{}')}`),
  ),
);

/** An address that stands alone is read, or else shown to people together with what is done to it. */
const methodOf = (path: string) =>
  ['GET', 'POST', 'PUT'].find((method) => documented.has(`${method} ${path}`)) ?? 'GET';

/** A path as the document has it, with each parameter as {}; constants of the file are put in. */
function shape(text: string, constants: Map<string, string>): string {
  const inner = text.slice(1, -1);
  return inner
    .replace(/\$\{(\w+)\}/g, (whole, name: string) => constants.get(name) ?? whole)
    .replace(/\$\{[^}]*\}/g, '{}')
    .replace(/\{[^}]*\}/g, '{}')
    .replace(/\?.*$/s, '');
}

interface Call {
  route: string; // GET /api/v1/…
  file: string;
}

/** The routes that a file calls: by the typed client, and by addresses for links and streams. */
function callsOf(path: string): Call[] {
  const text = readFileSync(path, 'utf8');
  const file = relative(source, path);
  const constants = new Map<string, string>();
  const put = (value: string) =>
    value.replace(/\$\{(\w+)\}/g, (whole, other: string) => constants.get(other) ?? whole);
  for (const [, name, value] of text.matchAll(new RegExp(`const (\\w+) =\\s*(${literal})`, 'g'))) {
    // One constant may be made of those before it.
    const whole = put(value?.slice(1, -1) ?? '');
    if (name && whole.startsWith('/api/')) constants.set(name, whole);
  }
  const calls: Call[] = [];
  let rest = text.replace(new RegExp(`const \\w+ =\\s*(?:${literal})[^;\\n]*;`, 'g'), '');
  rest = rest.replace(
    new RegExp(`\\bapi\\s*\\.(GET|PUT|POST|PATCH|DELETE)\\(\\s*(${literal}|\\w+)`, 'g'),
    (_, method: string, argument: string) => {
      const path = constants.has(argument) ? `'${constants.get(argument)}'` : argument;
      calls.push({ route: `${method} ${shape(path, constants)}`, file });
      return '';
    },
  );
  for (const [address] of rest.matchAll(new RegExp(literal, 'g'))) {
    const path = shape(address, constants);
    if (path.startsWith('/api/v1')) calls.push({ route: `${methodOf(path)} ${path}`, file });
  }
  return calls;
}

const sources = files(source);
const calls = sources.flatMap(callsOf);
const count = (pattern: RegExp) =>
  sources.flatMap((path) => (pattern.test(readFileSync(path, 'utf8')) ? [relative(source, path)] : []));

describe('the routes that the dashboard calls', () => {
  it('are in the document of the API', () => {
    const unknown = calls.filter((call) => !documented.has(call.route));
    expect(unknown).toEqual([]);
  });

  it('are nearly all of them', () => {
    const routes = new Set(calls.map((call) => call.route));
    expect(routes.size).toBeGreaterThan(95);
    // Some that a reader of this test would look for first.
    for (const route of [
      'POST /api/v1/projects/{}/apply',
      'GET /api/v1/projects/{}/live',
      'POST /api/v1/projects/{}/environments/{}/evaluate',
      'GET /api/v1/projects/{}/changes/export',
      'PATCH /api/v1/projects/{}/flags/{}',
    ]) {
      expect(routes, route).toContain(route);
    }
  });

  it('are called in one place and in no other way', () => {
    expect(count(/(?<![\w.])fetch\(/)).toEqual(['api/client.ts']);
    expect(count(/\bnew EventSource\(/)).toEqual(['lib/live.ts']);
    expect(count(/\bXMLHttpRequest\b|\bsendBeacon\b|\bnew WebSocket\(/)).toEqual([]);
    // And each use of the client was understood.
    const typed = sources.flatMap((path) => readFileSync(path, 'utf8').match(/\bapi\s*\.[A-Z]+\(/g) ?? []);
    expect(calls.length).toBeGreaterThanOrEqual(typed.length);
  });
});
