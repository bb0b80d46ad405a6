import { describe, expect, test } from 'vitest';
import type { Connection, Key } from '@/api/types';
import { gathered, progress } from './progress';
import { allSteps, curlTest, envFile, sdks, steps } from './snippets';

const since = 1_793_779_200_000;
const key = (uses: number): Key => ({
  id: 'k',
  kind: 'server',
  name: 'n',
  masked: 'm',
  createdAt: since,
  uses,
});
const connection = (environment: string, at: number): Connection => ({
  application: 'calendar',
  version: '1.4.0',
  platform: 'python 3.12 linux',
  sdk: 'python/0.1.0',
  environment,
  hosts: 1,
  processes: 1,
  instances: [
    { instance: 'i', address: '10.0.4.7', transport: 'stream', revision: 1, since: at, lastSeenAt: at },
  ],
});
const look = (change: Partial<Parameters<typeof progress>[0]>) =>
  progress({
    environment: 'production',
    since,
    keyId: 'k',
    keys: [key(0)],
    connections: { items: [], refused: [], nodes: [] },
    flags: [],
    ...change,
  });

describe('progress', () => {
  test('waits while nothing has come', () => {
    expect(look({}).stage).toBe('waiting');
    expect(look({ keys: undefined, connections: undefined, flags: undefined }).stage).toBe('waiting');
  });

  test('a request with the key is seen before a program is connected', () => {
    expect(look({ keys: [key(1)] }).stage).toBe('seen');
  });

  test('a program that connects after the page opened is success', () => {
    const state = look({
      connections: { items: [connection('production', since + 5)], refused: [], nodes: [] },
    });
    expect(state).toMatchObject({ stage: 'success', address: '10.0.4.7' });
  });

  test('a program that was connected before is not', () => {
    const state = look({
      connections: { items: [connection('production', since - 5)], refused: [], nodes: [] },
    });
    expect(state.stage).toBe('waiting');
  });

  test('one that connects to another environment is pointed out', () => {
    const state = look({
      connections: { items: [connection('development', since + 5)], refused: [], nodes: [] },
    });
    expect(state.stage).toBe('waiting');
    expect(state.elsewhere?.environment).toBe('development');
  });

  test('only attempts since the page opened are told', () => {
    const attempt = (at: number) => ({ at, address: 'a', key: 'k', cause: 'key_unknown', message: 'm' });
    const state = look({
      connections: { items: [], nodes: [], refused: [attempt(since - 1), attempt(since + 1)] },
    });
    expect(state.refused.map((item) => item.at)).toEqual([since + 1]);
  });
});

test('attempts of the same cause are told once, with their number', () => {
  const attempt = (at: number, key: string) => ({
    at,
    address: 'a',
    key,
    cause: 'key_unknown',
    message: 'm',
  });
  expect(gathered([attempt(1, 'x'), attempt(2, 'y'), attempt(3, 'x')])).toEqual([
    { attempt: attempt(3, 'x'), times: 2 },
    { attempt: attempt(2, 'y'), times: 1 },
  ]);
});

describe('snippets', () => {
  const place = {
    origin: 'https://flags.corp.example',
    key: 'bgs_0123456789abcdef0123456789abcdef',
    environment: 'PRODUCTION',
    version: '0.1.0',
    downloads: { python: '/downloads/burgee-0.1.0-py3-none-any.whl', go: '/downloads/go' },
  };

  test.each(sdks)('%s holds the key, the address and the name of the environment', (sdk) => {
    const text = allSteps(sdk, place);
    expect(text).toContain(place.key);
    expect(text).toContain(place.origin);
    expect(text).toContain('connects to PRODUCTION');
  });

  test('the install lines take the SDKs from this server', () => {
    expect(steps('python', place)[0]?.code).toBe(
      'pip install --no-index --no-deps https://flags.corp.example/downloads/burgee-0.1.0-py3-none-any.whl',
    );
    expect(steps('go', place)[0]?.code).toContain('GOPROXY=https://flags.corp.example/downloads/go');
    expect(steps('go', place)[0]?.code).toContain('go get burgee.dev/burgee/sdk@v0.1.0');
  });

  test('the env file and the test by hand carry the key too', () => {
    expect(envFile(place)).toContain(`BURGEE_KEY=${place.key}`);
    expect(curlTest(place)).toContain(`Bearer ${place.key}`);
  });
});
