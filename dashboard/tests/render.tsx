import { render } from '@testing-library/react';
import { onTestFinished } from 'vitest';
import type { Project, Right, Session } from '@/api/types';
import { App } from '@/app/app';
import { actions } from '@/lib/rights';

/** Answers one request; returning undefined leaves it to the next handler. */
export type Handler = (request: Request, path: string) => Response | Promise<Response> | undefined;

export const json = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), {
    status,
    headers: { 'Content-Type': status >= 400 ? 'application/problem+json' : 'application/json' },
  });

/** A refusal, as the server words one. */
export const problem = (status: number, code: string, detail: string, errors: unknown[] = [], more = {}) =>
  json({ status, code, title: 'Refused', detail, errors, requestId: 'q1', ...more }, status);

/** Answers `method path` with a body; the path is below /api/v1 and without its query. */
export function on(method: string, path: string, body: unknown | ((request: Request) => unknown)): Handler {
  return async (request, asked) => {
    if (request.method !== method || asked !== path) return undefined as unknown as Response;
    const answer = typeof body === 'function' ? await (body as (r: Request) => unknown)(request) : body;
    return answer instanceof Response ? answer : json(answer);
  };
}

const everything: Right = { place: '', actions: [...actions] };

export const session: Session = {
  ownerExists: true,
  signedIn: true,
  member: { id: '1', email: 'ann@corp.example', roles: ['owner'], manages: true, rights: [everything] },
  encrypted: false,
  loopback: true,
  version: '0.1.0',
  publicUrl: 'http://127.0.0.1:7878',
  downloads: { python: '/downloads/burgee-0.1.0-py3-none-any.whl', go: '/downloads/go' },
};

export const project: Project = {
  key: 'default',
  name: 'Shop web',
  flagCount: 1,
  version: 3,
  archivedEnvironments: [],
  environments: [
    {
      key: 'production',
      name: 'Production',
      kind: 'production',
      revision: 812,
      version: 1,
      approvals: 0,
      connectedInstances: 0,
    },
    {
      key: 'development',
      name: 'Development',
      kind: 'development',
      revision: 40,
      version: 2,
      approvals: 0,
      connectedInstances: 0,
    },
  ],
};

const basics: Handler[] = [
  on('GET', '/session', session),
  on('GET', '/projects', { items: [project] }),
  on('GET', '/projects/default', project),
  on('GET', '/projects/default/flags', { items: [] }),
  on('GET', '/projects/default/rollouts', { items: [] }),
  on('GET', '/projects/default/connections', { items: [], refused: [], nodes: [] }),
];

/**
 * Serves `handlers` (first match wins) and the frame's own few requests by fetch; returns what was asked. What
 * has no answer at the end of the test gets none: a page that goes elsewhere upon it would take the next
 * test's page along, as they share the address.
 */
export function serve(...handlers: Handler[]): Request[] {
  const asked: Request[] = [];
  let over = false;
  onTestFinished(() => {
    over = true;
  });
  globalThis.fetch = async (input, init) => {
    const request = new Request(input as RequestInfo, init);
    asked.push(request.clone());
    const path = new URL(request.url).pathname.replace('/api/v1', '');
    for (const handler of [...handlers, ...basics]) {
      const answer = await handler(request, path);
      if (over) return new Promise(() => {});
      if (answer) return answer;
    }
    return json(
      { title: 'Not found', status: 404, detail: `No handler for ${path}`, code: 'not_found' },
      404,
    );
  };
  return asked;
}

/** The whole dashboard, signed in, at one address. */
export function renderPage(path: string, ...handlers: Handler[]) {
  return renderAs(session, path, ...handlers);
}

/** The same for somebody who may do only what `rights` say. */
export function renderWith(rights: Right[], path: string, ...handlers: Handler[]) {
  const member = { id: '2', email: 'ben@corp.example', roles: [], manages: false, rights };
  return renderAs({ ...session, member }, path, ...handlers);
}

function renderAs(signedIn: Session, path: string, ...handlers: Handler[]) {
  const asked = serve(...handlers);
  window.history.replaceState(null, '', path);
  return { asked, ...render(<App session={signedIn} />) };
}
