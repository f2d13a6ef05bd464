import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { createClient } from '../../src/surfaces/unix-client.ts';
import { createHome, type Home, type RunningDaemon, startDaemon } from '../support/daemon.ts';
import { freePort } from '../surfaces/access/door.ts';
import { newPage, type Watched } from './browser.ts';
import { builtPage } from './built.ts';

/** A real daemon with its page, and a client through its socket. */
export interface Dashboard {
  home: Home;
  port: number;
  origin: string;
  client: ReturnType<typeof createClient>;
  daemon: RunningDaemon;
  /** Starts it again, after its end. */
  restart(): Promise<RunningDaemon>;
  /** A page with a session, showing the place of a hash such as `#/thoughts`. */
  open(place?: string, options?: BrowserContextOptions): Promise<Watched>;
}

export async function dashboard(
  t: TestContext,
  modelUrl: string,
  prepare: (home: Home) => void = () => undefined,
  more = '',
): Promise<Dashboard> {
  const { bin } = await builtPage();
  const port = await freePort();
  const home = createHome(t, modelUrl, `http: { port: ${port} }\n${more}`);
  prepare(home);
  const start = () => startDaemon(t, home, { bin, killed: true });
  const socket = join(home.folder, 'state', 'daemon.sock');
  const client = createClient({ socket, start: 'consciousness start' }, AbortSignal.timeout(600_000));
  const made: Dashboard = {
    ...{ home, port, origin: `http://127.0.0.1:${port}`, client },
    daemon: await start(),
    async restart() {
      made.daemon = await start();
      return made.daemon;
    },
    async open(place = '#/', options = {}) {
      const watched = await newPage(t, options);
      await enter(watched.page, (await client.invite()).url, place);
      return watched;
    },
  };
  return made;
}

/** Opens a link and goes to a place, once the page is let in. */
export async function enter(page: Page, link: string, place: string): Promise<void> {
  await page.goto(link);
  await page.locator('main#main').waitFor();
  await goTo(page, place);
}

export async function goTo(page: Page, place: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(place)}`);
}

/** Waits until the place shows what it has, and two frames more. Its policy lets nobody wait inside of it. */
export async function settled(page: Page): Promise<void> {
  const isReading = () => page.evaluate<boolean>("document.querySelector('main .skeleton') !== null");
  const drawn =
    'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve())))';
  await page.evaluate(drawn);
  await eventually(async () => !(await isReading()), `${page.url()} has been read`);
  await page.evaluate(drawn);
}

/** Looks again and again until it is so. */
export async function eventually(
  isSo: () => boolean | Promise<boolean>,
  what: string | (() => string),
): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`never: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Writes a file into the watched folder. */
export function drop(home: Home, name: string | Buffer, text: string | Buffer): void {
  const folder = Buffer.from(`${home.inbox}/`);
  writeFileSync(Buffer.concat([folder, typeof name === 'string' ? Buffer.from(name) : name]), text);
}
