import { createServer } from 'node:net';
import type { TestContext } from 'node:test';
import type { Clock } from '../../../src/base/clock.ts';
import { createLog } from '../../../src/base/log.ts';
import { createSystemRandom, type Random } from '../../../src/base/random.ts';
import type { Store } from '../../../src/store/store.ts';
import { createCodes } from '../../../src/surfaces/access/codes.ts';
import { createDesk } from '../../../src/surfaces/access/desk.ts';
import { createFailures } from '../../../src/surfaces/access/failures.ts';
import { createTokens, type Tokens, type TokensOptions } from '../../../src/surfaces/access/tokens.ts';
import type { Bounds } from '../../../src/surfaces/http/bounds.ts';
import { createGuard } from '../../../src/surfaces/http/guard.ts';
import { type Page, withPage } from '../../../src/surfaces/http/page.ts';
import { createPort, type Port } from '../../../src/surfaces/http/port.ts';
import { isOpen } from '../../../src/surfaces/http/routes.ts';
import { listenOn } from '../../../src/surfaces/http/tcp.ts';
import { temporaryStore } from '../../support/store.ts';
import { appFor } from '../app-for.ts';
import { MemoryDaemon } from '../memory-daemon.ts';

export const quietLog = createLog({
  level: 'CRITICAL',
  pretty: false,
  secrets: () => [],
  out: { write: () => {}, on: () => {}, off: () => {} },
});

/** A clock that stands still until it is told to go on; its sleepers wake when their time has come. */
export class HandClock implements Clock {
  readonly #from = Date.now();
  #passed = 0;
  #sleepers: { due: number; wake(): void }[] = [];
  now = () => this.#from + this.#passed;
  monotonic = () => this.#passed;
  sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      this.#sleepers.push({ due: this.#passed + ms, wake: resolve });
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });

  pass(ms: number): void {
    this.#passed += ms;
    const due = this.#sleepers.filter((sleeper) => sleeper.due <= this.#passed);
    this.#sleepers = this.#sleepers.filter((sleeper) => sleeper.due > this.#passed);
    for (const { wake } of due) wake();
  }
}

export interface Door {
  clock: HandClock;
  daemon: MemoryDaemon;
  tokens: Tokens;
  desk: ReturnType<typeof createDesk>;
  port: Port;
  /** The number of the port; somebody else's may be configured with `move`. */
  number: number;
  move(to: number | null): void;
  /** Closes the port, for good. */
  close(): Promise<void>;
}

export interface DoorOptions {
  store?: Store;
  bounds?: Partial<Bounds>;
  number?: number;
  tokens?: Partial<TokensOptions>;
  /** The dashboard; none is served without it. */
  page?: Page;
}

/** A port with a memory daemon behind it and a real store for the tokens, on a clock that is moved by hand. */
export async function openDoor(t: TestContext, options: DoorOptions = {}): Promise<Door> {
  const clock = new HandClock();
  const random: Random = createSystemRandom();
  const daemon = new MemoryDaemon();
  const store = options.store ?? (await temporaryStore(t)).store;
  const end = new AbortController();
  const streams = new AbortController();
  let wanted: number | null = options.number ?? (await freePort());
  const number = wanted;
  const report = () => {};
  const onChange = () => port.heed();
  const base = { clock, random, log: quietLog };
  const tokens = await createTokens({ ...base, store, onChange, ...options.tokens });
  const codes = createCodes(clock, random);
  const failures = createFailures(clock);
  const port: Port = createPort({
    ...base,
    port: () => wanted,
    tokens,
    codes,
    listen: (at) =>
      listenOn({
        app: options.page === undefined ? app : withPage(options.page, app),
        port: at,
        guard: createGuard({
          ...{ port: at, tokens, failures },
          isOpen: (method, path) => options.page?.has(method, path) === true || isOpen(method, path),
        }),
        tokens,
        report,
        ...(options.bounds === undefined ? {} : { bounds: options.bounds }),
      }),
  });
  const desk = createDesk({ tokens, codes, failures, port, onChange });
  const app = appFor(daemon, { signal: streams.signal, report, desk });
  const running = port.run(end.signal);
  const close = async () => {
    end.abort();
    streams.abort();
    await running;
  };
  t.after(close);
  await port.settled();
  return {
    clock,
    daemon,
    tokens,
    desk,
    port,
    number,
    close,
    move(to) {
      wanted = to;
      port.heed();
    },
  };
}

/** A port that nobody listens on just now; not one of those that the system gives to connections by itself. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}

/** Looks again and again until it is so; at most ten seconds. */
export async function until(isSo: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
