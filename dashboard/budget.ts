import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

/** What must be loaded before a page stands, in kB of gzip, and how much that may be. */
const budgets = [
  { page: 'sign in', modules: ['src/main.tsx', 'src/features/session/door.tsx'], script: 120, style: 10 },
  { page: 'dashboard', modules: ['src/main.tsx', 'src/app/app.tsx'], script: 240, style: 40 },
  {
    page: 'flags list',
    modules: ['src/main.tsx', 'src/app/app.tsx', 'src/features/flags/flags-page.tsx'],
    script: 240,
    style: 40,
  },
];

const size = (code: string | Uint8Array) => gzipSync(code).length / 1000;

/** Fails the build when a page outgrows its budget, and says by how much. */
export function budget(): Plugin {
  return {
    name: 'burgee-budget',
    apply: 'build',
    writeBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((item) => item.type === 'chunk');
      for (const { page, modules, script, style } of budgets) {
        const needed = new Set<string>();
        const add = (file: string) => {
          const chunk = bundle[file];
          if (needed.has(file) || chunk?.type !== 'chunk') return;
          needed.add(file);
          for (const next of chunk.imports) add(next);
        };
        for (const module of modules) {
          const chunk = chunks.find((item) => item.moduleIds.some((id) => id.endsWith(module)));
          if (!chunk) this.error(`budget: no chunk holds ${module}`);
          add(chunk.fileName);
        }
        let scripts = 0;
        const sheets = new Set<string>();
        for (const file of needed) {
          const chunk = bundle[file];
          if (chunk?.type !== 'chunk') continue;
          scripts += size(chunk.code);
          for (const sheet of chunk.viteMetadata?.importedCss ?? []) sheets.add(sheet);
        }
        let styles = 0;
        for (const sheet of sheets) {
          const asset = bundle[sheet];
          if (asset?.type === 'asset') styles += size(asset.source);
        }
        const words = `${page}: ${scripts.toFixed(0)} of ${script} kB script, ${styles.toFixed(0)} of ${style} kB style (gzip)`;
        if (scripts > script || styles > style) this.error(`over budget, ${words}`);
        this.info(words);
      }
    },
  };
}
