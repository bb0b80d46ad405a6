// Child processes of the tests: a server with a data folder of its own, and
// programs that connect to it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

process.setMaxListeners(50); // one for each child and folder

export const root = resolve(import.meta.dirname, '../../..');
export const binary = join(root, 'bin', 'burgee');

export function temporary(name) {
  const folder = mkdtempSync(join(tmpdir(), `burgee-${name}-`));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// Below those that the system gives to whoever asks for any, of which one may be taken
// while who listens on it is away, and above 10080, the last that browsers refuse.
const ports = { first: 11_000, end: 20_000 };
let next = ports.first + Math.floor(Math.random() * (ports.end - ports.first));

// freePort is a port that nobody listens on; each is given once.
export async function freePort() {
  for (let tries = ports.end - ports.first; tries > 0; tries--) {
    const port = next++;
    if (next === ports.end) next = ports.first;
    if (await isFree(port)) return port;
  }
  throw new Error(`no port from ${ports.first} to ${ports.end - 1} is free`);
}

function isFree(port) {
  return new Promise((done) => {
    const probe = createServer();
    probe.on('error', () => done(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => done(true)));
  });
}

// start runs a program and collects what it prints; stopping is the caller's.
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const program = { child, output: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => { program.output += text; });
  }
  program.exited = new Promise((done) => child.on('exit', (code, signal) => done({ code, signal })));
  // What it printed last may be read after its exit.
  program.read = new Promise((done) => child.on('close', (code) => done({ code })));
  program.stop = async (signal = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    return program.exited;
  };
  process.on('exit', () => child.kill('SIGKILL'));
  return program;
}

// run runs a program to its end and throws with its output when it fails.
export async function run(command, args, options = {}) {
  const program = start(command, args, options);
  const { code } = await program.read;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} exited ${code}:\n${program.output}`);
  return program.output;
}

export async function until(what, check, { timeout = 30_000, every = 25 } = {}) {
  const end = Date.now() + timeout;
  let last;
  for (;;) {
    try {
      const value = await check();
      if (value) return value;
    } catch (error) { last = error; }
    if (Date.now() > end) throw new Error(`waited ${timeout} ms for ${what}${last ? `: ${last}` : ''}`);
    await new Promise((done) => setTimeout(done, every));
  }
}

// startServer starts Burgee on an empty data folder and reads what it prints
// for the first run.
export async function startServer({ env = {}, data = temporary('data'), port, args = [] } = {}) {
  port ??= await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const program = start(binary, ['serve', '--addr', `127.0.0.1:${port}`, '--data', data, '--ops-addr', '', ...args], {
    env: { PATH: process.env.PATH, HOME: data, ...env },
  });
  await until('the server to be ready', async () => {
    if (program.child.exitCode !== null) throw new Error(program.output);
    // What it prints comes through a pipe, and may be a moment later.
    return (await fetch(`${origin}/readyz`)).ok && program.output.includes(origin);
  }, { timeout: 60_000 });
  return {
    ...program,
    get output() { return program.output; },
    origin, data, port,
    startLink: program.output.match(/http:\/\/\S+\/start#t=\S+/)?.[0],
    serverKey: program.output.match(/bgs_[A-Za-z0-9_-]{32,}/)?.[0],
  };
}

// apply applies a document as burgee apply does.
export async function apply(server, token, text) {
  const answer = await fetch(`${server.origin}/api/v1/projects/default/apply`, {
    method: 'POST', headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }, body: JSON.stringify({ text, file: 'flags.yaml' }),
  });
  if (!answer.ok) throw new Error(`apply: ${answer.status} ${await answer.text()}`);
}
