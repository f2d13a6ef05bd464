import type { Clock } from '../base/clock.ts';
import { lazy } from '../base/lazy.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { HttpView } from '../contract/http-view.ts';
import type { Store } from '../store/store.ts';
import { createCodes } from '../surfaces/access/codes.ts';
import { createDesk } from '../surfaces/access/desk.ts';
import { createFailures } from '../surfaces/access/failures.ts';
import { createTokens } from '../surfaces/access/tokens.ts';
import type { Daemon } from '../surfaces/daemon.ts';
import type { Served } from '../surfaces/http/adapter.ts';
import { createPort, type Port } from '../surfaces/http/port.ts';
import { serve } from '../surfaces/http/serve.ts';
import type { Configuration } from './configuration.ts';

export interface DoorsOptions {
  /** A command of ours, as a person is to type it. */
  line(command: string): string;
  /** Writes to it fail at once while the disk takes nothing. */
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  configuration: Configuration;
  /** Path text. */
  socket: string;
  /** When a backup last took the place of the database (epoch ms); 0 = never. */
  restoredAt: number;
  /** Who is asked; not before the socket is open. */
  daemon(): Daemon;
}

/** The ways into the daemon: the socket, which is its owner's, and the port, for whoever has a token. */
export interface Doors {
  port: Pick<Port, 'run' | 'heed'>;
  http(): HttpView;
  openSocket(): Promise<void>;
  /** Ends every stream, lets answers under way end, and closes the socket. */
  close(): Promise<void>;
}

export async function createDoors(options: DoorsOptions): Promise<Doors> {
  const { store, clock, random, log, configuration } = options;
  const streams = new AbortController();
  const report = (error: unknown) => log.error('request failed', { error });
  // Loaded with the first request: many a daemon gets none.
  const app = lazy(async () => {
    const { createApp } = await import('../surfaces/http/app.ts');
    return createApp(options.daemon(), { ...options, signal: streams.signal, report, desk });
  });
  const served: Served = { fetch: async (request, env) => (await app()).fetch(request, env) };
  const heed = () => port.heed();
  const codes = createCodes(clock, random);
  const failures = createFailures(clock);
  const tokens = await createTokens({
    store,
    clock,
    random,
    log,
    voidBefore: options.restoredAt,
    onChange: heed,
  });
  const port: Port = createPort({
    port: () => numberOrNull(configuration.config().values.http.port),
    tokens,
    codes,
    async listen(number) {
      const [{ isOpen }, { createGuard }, { readPage, withPage }, { listenOn }] = await Promise.all([
        import('../surfaces/http/routes.ts'),
        import('../surfaces/http/guard.ts'),
        import('../surfaces/http/page.ts'),
        import('../surfaces/http/tcp.ts'),
      ]);
      const page = await readPage();
      const guard = createGuard({
        ...{ port: number, tokens, failures },
        isOpen: (method, path) => page.has(method, path) || isOpen(method, path),
      });
      return listenOn({ app: withPage(page, served), port: number, guard, tokens, report });
    },
    clock,
    random,
    log,
  });
  const desk = createDesk({ tokens, codes, failures, port, onChange: heed });
  let listening: Awaited<ReturnType<typeof serve>> | null = null;
  return {
    port,
    http: port.view,
    async openSocket() {
      listening = await serve({ app: served, socket: options.socket });
    },
    async close() {
      streams.abort();
      await listening?.close();
    },
  };
}

function numberOrNull(port: number | 'off'): number | null {
  return port === 'off' ? null : port;
}
