import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

/** Debian's, from its package `chromium`. */
const CHROMIUM = process.env['CONSCIOUSNESS_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

/** Why there is no browser to test with; false where there is one. */
export const noBrowser = existsSync(CHROMIUM)
  ? false
  : `no Chromium at ${CHROMIUM} (apt-get install chromium, or set CONSCIOUSNESS_TEST_CHROMIUM)`;

const FLAGS = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  ...['--disable-component-update', '--disable-sync', '--disable-dev-shm-usage'],
];

/** Generous: the machine may be busy with other tests. */
const PATIENCE_MS = 30_000;

let running: Promise<Browser> | undefined;

/** One for all the tests of a file; it ends with {@link closeBrowser}. */
function browser(): Promise<Browser> {
  running ??= import('playwright-core').then(({ chromium }) =>
    chromium.launch({ executablePath: CHROMIUM, args: FLAGS }),
  );
  return running;
}

export async function closeBrowser(): Promise<void> {
  const closing = running;
  running = undefined;
  await (await closing)?.close();
}

/** A page in a context of its own, and all that went wrong in it or was asked for by it. */
export interface Watched {
  page: Page;
  /** Errors of the page's own code, and what its console calls one. */
  errors: string[];
  /** Every address that Chromium was asked for. */
  requests: string[];
}

export async function newPage(
  t: Pick<TestContext, 'after'>,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await (await browser()).newContext({ reducedMotion: 'reduce', ...options });
  t.after(() => context.close());
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const errors: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('request', (request) => requests.push(request.url()));
  return { page, errors, requests };
}
