import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** The settings page: src/settings/page into dist-page, by `npm run build:page`. */
export default defineConfig({
  root: fileURLToPath(new URL('src/settings/page', import.meta.url)),
  base: '/app/',
  // Put in by src/settings/serve-page.ts, anew for every answer.
  html: { cspNonce: '__STYLE_NONCE__' },
  build: {
    outDir: fileURLToPath(new URL('dist-page', import.meta.url)),
    emptyOutDir: true,
    manifest: true,
    modulePreload: { polyfill: false },
    // A chunk that is one chart is large whatever one does, and only the page that shows it loads it.
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What most pages stand on comes as one file instead of fifty: each file costs a browser its own turn.
            { name: 'base', test: /node_modules|src\/settings\/page\/(?:parts|api|texts\/i18n)/, minShareCount: 4 },
          ],
        },
      },
      // 'use client' stands in most files of the libraries and means nothing here.
      onLog: (level, log, report) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : report(level, log)),
    },
  },
  plugins: [precompress()],
});

/** Lays a .br and a .gz beside each asset, so that the server compresses nothing while it answers. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    writeBundle({ dir = '' }) {
      const folder = join(dir, 'assets');
      for (const name of readdirSync(folder).filter((file) => /\.(?:js|css|svg)$/.test(file))) {
        const bytes = readFileSync(join(folder, name));
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes));
        writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}
