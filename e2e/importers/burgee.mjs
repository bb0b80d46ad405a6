// The built binary as an importer and as an engine.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const binary = join(dirname(fileURLToPath(import.meta.url)), '../../bin/burgee');
const folder = mkdtempSync(join(tmpdir(), 'burgee-import-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function run(args, input) {
  const done = spawnSync(binary, args, { input, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (done.status !== 0) throw new Error(`burgee ${args.join(' ')}: exit code ${done.status}: ${done.stderr}`);
  return done.stdout;
}

let files = 0;

/** Writes a value as a JSON file; returns its path. */
export function save(value) {
  const path = join(folder, `${++files}.json`);
  writeFileSync(path, typeof value === 'string' ? value : JSON.stringify(value));
  return path;
}

/** Imports exports of a product for production; checks that the file is sound. */
export function imported(product, ...exports) {
  const args = ['import', product, ...exports.map(save), '--environment', 'production', '--project', 'default', '--json'];
  const { document, lost } = JSON.parse(run(args));
  const path = save(document);
  run(['apply', '--check', '-f', path]);
  return {
    document,
    path,
    lost,
    /** What is said of a flag, in any environment. */
    of: (flag) => lost.filter((l) => l.object === flag || l.object.startsWith(`${flag} in `)).map((l) => l.what),
    /** What a flag serves each of the contexts; flag is its key here. */
    serve: (flag, contexts, ...more) =>
      run(['eval', flag, '-f', path, '--environment', 'production', '--project', 'default', '--context', '-', '--json', ...more],
        contexts.map((c) => `${JSON.stringify(c)}\n`).join(''))
        .trim().split('\n').map((line) => JSON.parse(line)),
  };
}

/** A generator of numbers that are the same each time: mulberry32, public domain. */
export function random(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
