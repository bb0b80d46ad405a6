/** What the server says went wrong (RFC 9457), or that it could not be reached. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly fields: { field: string; message: string }[];
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
    this.retryAfterMs = retryAfter ? Number(retryAfter) * 1000 : undefined;
    this.body = body;
  }

  /** The server's fault with one field, to show next to it. */
  field(name: string): string | undefined {
    return this.fields.find((fault) => fault.field === name || fault.field.endsWith(`.${name}`))?.message;
  }

  /** True when no answer came at all. */
  get unreachable(): boolean {
    return this.status === 0;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type CallOptions = {
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  ifMatch?: number;
  signal?: AbortSignal;
  keepalive?: boolean;
};

const base = '/api/v1';

/** Fills a path's `{names}`, each part percent-encoded: flag keys may hold dots, and one day slashes. */
export function path(template: string, parts: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts[name] ?? ''));
}

function address(target: string, query: CallOptions['query']): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return `${base}${target}${text ? `?${text}` : ''}`;
}

function unreachable(): ApiError {
  return new ApiError(0, {
    title: 'Burgee cannot be reached',
    detail:
      'No answer came from the server. Check that it is running and that this computer is on the network.',
    code: 'unreachable',
  });
}

async function decode(response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return { title: `The server answered ${response.status} with something that is not JSON` };
  }
}

/** One call of the management API. Throws ApiError and nothing else, except AbortError. */
export async function call<T>(method: Method, target: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.ifMatch !== undefined) headers['If-Match'] = `"${options.ifMatch}"`;
  let response: Response;
  try {
    response = await fetch(address(target, options.query), {
      method,
      headers,
      body: options.body === undefined ? undefined : JSON.stringify(options.body),
      signal: options.signal,
      keepalive: options.keepalive,
      credentials: 'same-origin',
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw unreachable();
  }
  const body = await decode(response);
  if (response.ok) return body as T;
  const problem = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  throw new ApiError(response.status, problem, response.headers.get('Retry-After'));
}

/** Any thrown value as words for a person. */
export function words(error: unknown): string {
  if (error instanceof ApiError) {
    const fields = error.fields.map((fault) => fault.message).filter((message) => message !== error.message);
    return [error.message, ...fields].join(' ');
  }
  return error instanceof Error ? error.message : String(error);
}
