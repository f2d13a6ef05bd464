import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemCode } from '../../base/errors.ts';
import type { Served } from './adapter.ts';

/** The built dashboard: as many folders beneath the package in a checkout as in what is published. */
const BUILT = fileURLToPath(new URL('../../../dist/web/', import.meta.url));

/**
 * Of the page itself: nothing runs or loads but its own files, and it talks to nobody but its own daemon. What it shows
 * is the words of others.
 */
export const PAGE_POLICY = [
  "default-src 'none'",
  ...['script-src', 'style-src', 'img-src', 'connect-src', 'font-src'].map((source) => `${source} 'self'`),
  ...['base-uri', 'form-action', 'frame-ancestors'].map((source) => `${source} 'none'`),
  // Also what a library would do: text never becomes markup.
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** What the build makes; anything else in its folder is not served. */
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.md': 'text/plain; charset=utf-8',
};

/** The files of the dashboard, by the paths that they are asked for with. */
export interface Page {
  /** Whether this is asked of the page: it holds nothing of its owner's, so nobody needs a token for it. */
  has(method: string, path: string): boolean;
  respond(method: string, path: string): Response | null;
}

interface PageFile {
  body: Uint8Array<ArrayBuffer>;
  headers: Record<string, string>;
}

/**
 * Reads the built page into memory: what is asked for is looked up, and no path is ever made of a request. A page that
 * is built anew is served once the port opens again.
 */
export async function readPage(folder = BUILT): Promise<Page> {
  const files = new Map<string, PageFile>();
  for (const name of await namesIn(folder)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const body = new Uint8Array(await readFile(join(folder, name)));
    files.set(name === 'index.html' ? '/' : `/${name}`, { body, headers: headersOf(name, type) });
  }
  if (!files.has('/')) files.set('/', NOT_BUILT);
  const find = (method: string, path: string) => (isLooking(method) ? files.get(path) : undefined);
  return {
    has: (method, path) => find(method, path) !== undefined,
    respond(method, path) {
      const file = find(method, path);
      if (file === undefined) return null;
      const status = file === NOT_BUILT ? 503 : 200;
      return new Response(method === 'HEAD' ? null : file.body, { status, headers: file.headers });
    },
  };
}

/** The app with the page before it. */
export function withPage(page: Page, app: Served): Served {
  return {
    fetch: (request, env) =>
      page.respond(request.method, new URL(request.url).pathname) ?? app.fetch(request, env),
  };
}

const NOT_BUILT: PageFile = {
  body: new TextEncoder().encode(
    'The dashboard is not built in this checkout. Build it with `npm run build:web`, and open it again.\n',
  ),
  headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
};

function headersOf(name: string, type: string): Record<string, string> {
  // The build puts what has a hash in its name there.
  const isHashed = name.startsWith('assets/');
  return {
    'content-type': type,
    'cache-control': isHashed ? 'public, max-age=31536000, immutable' : 'no-store',
    'content-security-policy': PAGE_POLICY,
    'cross-origin-opener-policy': 'same-origin',
  };
}

/** Ordinary files, as paths beneath the folder; none where there is no such folder. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, '/').length));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function isLooking(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
