import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { budget } from './budget.ts';
import { patience } from './tests/patience.ts';

// The server whose API the development page talks to; `make dev` starts one there.
const server = process.env.BURGEE_DEV_SERVER ?? 'http://127.0.0.1:7878';

export default defineConfig({
  plugins: [react(), budget()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: {
    port: 5173,
    proxy: Object.fromEntries(
      ['/api', '/downloads', '/ofrep', '/sdk'].map((path) => [path, { target: server }]),
    ),
  },
  build: {
    outDir: 'dist',
    target: 'es2022',
    // Everything stays a file of its own: a data: address would need a hole in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  test: {
    environment: 'jsdom',
    setupFiles: ['tests/setup.ts'],
    testTimeout: 4 * patience,
    hookTimeout: patience,
    expect: { poll: { timeout: patience } },
    css: false,
    // tests/setup.ts keeps the files of one process apart.
    isolate: false,
    // Of a page a stream stays open as long as its window, which the tests of streams would hear.
    projects: [
      { extends: true, test: { name: 'pages', include: ['src/**/*.test.tsx'] } },
      { extends: true, test: { name: 'units', include: ['src/**/*.test.ts', 'tests/**/*.test.ts'] } },
    ],
  },
});
