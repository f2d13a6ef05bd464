import { join } from 'node:path';
import { defineConfig } from 'vite';

/** Where a daemon listens while the page is worked on (`npm run web`): open its link, with this server's port. */
const daemon = 'http://127.0.0.1:4747';

// biome-ignore lint/style/noDefaultExport: Vite takes its configuration so
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  publicDir: false,
  build: {
    outDir: join(import.meta.dirname, '..', 'dist', 'web'),
    emptyOutDir: true,
    // Nothing is put into the page itself: its policy refuses inline script, inline style and data: urls.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome125', 'firefox128', 'safari17.5'],
    // What the bundled libraries' licences ask for: their texts go along.
    license: { fileName: 'licences.md' },
    reportCompressedSize: true,
  },
  server: {
    host: '127.0.0.1',
    port: 5173,
    strictPort: true,
    // The daemon lets in only what comes from its own address.
    proxy: { '/v1': { target: daemon, changeOrigin: true, headers: { origin: daemon } } },
  },
});
