import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

/** A change that somebody else made first. */
export type Meanwhile = components['schemas']['Meanwhile'];

/** What the server says went wrong (RFC 9457), or that it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly fields: { field: string; message: string }[];
  /** Of a refusal because somebody was faster: who, with what and when, where the server knows. */
  readonly meanwhile: Meanwhile | undefined;
  readonly requestId: string;
  /** Milliseconds to wait before trying again, where the server said so. */
  readonly retryAfterMs: number | undefined;
  /** The whole answer, for codes that carry more. */
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>, retryAfter?: string | null) {
    const text = (name: string) => (typeof body[name] === 'string' ? (body[name] as string) : '');
    super(text('detail') || text('title') || `The server answered ${status}.`);
    this.name = 'ApiError';
    this.status = status;
    this.code = text('code');
    this.title = text('title') || 'The server refused';
    this.requestId = text('requestId');
    this.fields = Array.isArray(body.errors) ? (body.errors as { field: string; message: string }[]) : [];
    this.meanwhile = body.meanwhile as Meanwhile | undefined;
    this.retryAfterMs = retryAfter ? Number(retryAfter) * 1000 : undefined;
    this.body = body;
  }

  /** True when no answer came at all. */
  get unreachable(): boolean {
    return this.status === 0;
  }
}

function unreachable(): ApiError {
  return new ApiError(0, {
    title: 'Burgee cannot be reached',
    detail:
      'No answer came from the server. Check that it is running and that this computer is on the network.',
    code: 'unreachable',
  });
}

/** The keys of requests of which it is not known whether the server has done them, by what they ask for. */
const open = new Map<string, string>();

/** A key that no other request has; crypto.randomUUID is there over https only. */
const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('');

/** What a request asks for, of one that is done once for each key; a password is not kept for it. */
async function wish(request: Request): Promise<string | undefined> {
  const body = await request.clone().text();
  return body.includes('"password"') ? undefined : `${request.url}\n${body}`;
}

async function send(request: Request): Promise<Response> {
  // Any other is sent at once: a page that is being left waits for nothing.
  const asked = request.method === 'POST' ? await wish(request) : undefined;
  if (asked !== undefined) {
    const key = open.get(asked) ?? newKey();
    open.set(asked, key);
    request.headers.set('Idempotency-Key', key);
  }
  try {
    const response = await fetch(request);
    const settled = response.status < 500 && !response.headers.has('Retry-After');
    if (asked !== undefined && settled) open.delete(asked);
    return response;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') {
      if (asked !== undefined) open.delete(asked);
      throw cause;
    }
    throw unreachable();
  }
}

/** The management API, typed by its document. Its answers go through `answer`. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: 'same-origin',
  headers: { Accept: 'application/json' },
  fetch: send,
});

type Outcome<T> = { data?: T; error?: unknown; response: Response };

/** The answer's body. Throws ApiError and nothing else, except AbortError. */
export async function answer<T>(call: Promise<Outcome<T>>): Promise<T> {
  const { data, error, response } = await call;
  if (response.ok) return data as T;
  const problem = typeof error === 'object' && error !== null ? (error as Record<string, unknown>) : {};
  throw new ApiError(response.status, problem, response.headers.get('Retry-After'));
}

/** True where somebody changed the thing after the version that was read: nothing was written. */
export const isOvertaken = (error: unknown): error is ApiError =>
  error instanceof ApiError && error.status === 412;

/** The server's word about one field of what was sent, to show next to it. */
export function fieldFault(error: unknown, name: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.fields.find((fault) => fault.field === name || fault.field.endsWith(`.${name}`))?.message;
}

/** The `items` of a list. */
export async function items<T>(call: Promise<Outcome<{ items: T[] }>>): Promise<T[]> {
  return (await answer(call)).items;
}

/** Any thrown value as words for a person. */
export function words(error: unknown): string {
  if (error instanceof ApiError) {
    const fields = error.fields.map((fault) => fault.message).filter((message) => message !== error.message);
    return [error.message, ...fields].join(' ');
  }
  return error instanceof Error ? error.message : String(error);
}
