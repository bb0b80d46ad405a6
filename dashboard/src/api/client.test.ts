import { expect, test } from 'vitest';
import { json, on, serve } from '../../tests/render';
import { ApiError, fieldFault, words } from './client';
import { createKey, revokeKey } from './keys';
import { renameProject } from './projects';

const refused = {
  title: 'Not saved',
  status: 422,
  detail: 'The name is too long.',
  code: 'invalid',
  errors: [{ field: 'body.name', message: 'At most 80 characters.' }],
  requestId: 'r-7',
};

async function caught(promise: Promise<unknown>): Promise<ApiError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

test('a refusal carries the words, the field and the request', async () => {
  serve(on('PATCH', '/projects/default', () => json(refused, 422)));
  const error = await caught(renameProject('default', 'x'));
  expect(error).toMatchObject({ status: 422, code: 'invalid', requestId: 'r-7' });
  expect(fieldFault(error, 'name')).toBe('At most 80 characters.');
  expect(words(error)).toBe('The name is too long. At most 80 characters.');
});

test('an answer that is no JSON is still an error with its status', async () => {
  serve(on('PATCH', '/projects/default', () => new Response('<html>bad gateway', { status: 502 })));
  const error = await caught(renameProject('default', 'x'));
  expect(error.status).toBe(502);
  expect(words(error)).toContain('502');
});

test('no answer at all is told apart', async () => {
  globalThis.fetch = () => Promise.reject(new TypeError('connection refused'));
  const error = await caught(renameProject('default', 'x'));
  expect(error.unreachable).toBe(true);
  expect(words(error)).toContain('Check that it is running');
});

test('names in an address are encoded, and 204 is no fault', async () => {
  const asked = serve((request) =>
    request.method === 'DELETE' ? new Response(null, { status: 204 }) : undefined,
  );
  await revokeKey('default', 'a b', 'k/1', { ifUnused: true });
  expect(asked[0]?.url).toContain('/projects/default/environments/a%20b/keys/k%2F1?ifUnused=true');
});

test('what is asked for again after no answer came is the same request', async () => {
  const keys: (string | null)[] = [];
  const answers = [undefined, json({}, 503), json({ id: '1' }, 201), json({ id: '2' }, 201)];
  globalThis.fetch = (request) => {
    keys.push((request as Request).headers.get('Idempotency-Key'));
    const next = answers[keys.length - 1];
    return next ? Promise.resolve(next) : Promise.reject(new TypeError('connection lost'));
  };
  const make = () => createKey('default', 'production', { kind: 'server', name: 'x' });
  await caught(make());
  await caught(make());
  await make();
  await make();
  expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(keys.slice(1, 3)).toEqual([keys[0], keys[0]]);
  expect(keys[3]).not.toBe(keys[0]);
});
