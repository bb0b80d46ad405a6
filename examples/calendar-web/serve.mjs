// Serves the page, and hands its questions to the calendar service, so that they
// have one origin. No bundler: the browser loads the packages as they are.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const { BURGEE_URL = 'http://127.0.0.1:7878', BURGEE_CLIENT_KEY, SERVICE_URL = 'http://127.0.0.1:5000', PORT = '8000' } = process.env;
if (!BURGEE_CLIENT_KEY) throw new Error('BURGEE_CLIENT_KEY is not set: the dashboard shows client keys (bgc_…) on the page SDK keys');

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.json': 'application/json' };
const files = /^\/(index\.html|calendar\.js|node_modules\/[\w@./-]+\.js)$/;

async function answer(request) {
  const { pathname } = new URL(request.url, 'http://page');
  if (pathname === '/settings.json') return { body: JSON.stringify({ burgee: BURGEE_URL, clientKey: BURGEE_CLIENT_KEY }), type: types['.json'] };
  if (pathname.startsWith('/calendar/')) {
    const served = await fetch(SERVICE_URL + pathname, { headers: { 'X-User': request.headers['x-user'] ?? '' } });
    return { status: served.status, body: await served.text(), type: types['.json'] };
  }
  const path = normalize(pathname === '/' ? '/index.html' : pathname);
  if (!files.test(path)) return { status: 404, body: 'not found', type: 'text/plain' };
  return { body: await readFile(join(import.meta.dirname, path)), type: types[extname(path)] };
}

createServer(async (request, response) => {
  const { status = 200, body, type } = await answer(request).catch((error) => ({ status: 502, body: String(error), type: 'text/plain' }));
  response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body);
}).listen(Number(PORT), '127.0.0.1', () => console.log(`the page is at http://127.0.0.1:${PORT}/`));
