// A site with one page, which loads OpenFeature's packages as they come from the
// registry.
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { root } from './processes.mjs';

const modules = join(root, 'e2e/browser/node_modules');

// serveSite serves a page that runs a module. What is done before may wait for
// window.openFeature, which is what the module hands to window.loaded.
export async function serveSite(script) {
  const nested = 'ofrep-web-provider/node_modules/@openfeature/ofrep-core';
  const core = existsSync(join(modules, '@openfeature', nested)) ? nested : 'ofrep-core';
  const imports = {
    '@openfeature/ofrep-web-provider': '/m/@openfeature/ofrep-web-provider/index.esm.js',
    '@openfeature/ofrep-core': `/m/@openfeature/${core}/index.esm.js`,
    '@openfeature/web-sdk': '/m/@openfeature/web-sdk/dist/esm/index.js',
    '@openfeature/core': '/m/@openfeature/core/dist/esm/index.js',
    tslib: '/m/tslib/tslib.es6.js',
  };
  const html = `<!doctype html><title>Shop</title><script type="importmap">${JSON.stringify({ imports })}</script>
<script>window.openFeature = new Promise((done) => { window.loaded = done; });</script>
<body><script type="module">
${script}
</script>`;
  const site = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://x').pathname);
    if (!path.startsWith('/m/')) return response.setHeader('Content-Type', 'text/html').end(html);
    const file = join(modules, path.slice(3));
    if (extname(file) !== '.js' || !existsSync(file)) return response.writeHead(404).end();
    return response.setHeader('Content-Type', 'text/javascript').end(readFileSync(file));
  });
  await new Promise((done) => { site.listen(0, '127.0.0.1', done); });
  site.origin = `http://127.0.0.1:${site.address().port}`;
  return site;
}
