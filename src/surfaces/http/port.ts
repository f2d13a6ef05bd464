import { backoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import { messageOf, systemCode } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import type { HttpView } from '../../contract/http-view.ts';
import type { Codes } from '../access/codes.ts';
import type { Tokens } from '../access/tokens.ts';
import type { TcpListening } from './tcp.ts';

/** Pages whose session has ended are told so for so long: they ask again every 10 s at most. */
const LINGER_MS = 15_000;

/** After a machine slept its timers are late: what ends is looked at this often at least. */
const ENDS_MS = 60_000;
const QUIET_MS = 60 * 60 * 1000;

/** The port, kept as it has to be: open while there is somebody to let in, and else closed. */
export interface Port {
  /** Until `signal` aborts. A port that is taken is told, and tried again. */
  run(signal: AbortSignal): Promise<void>;
  /** Somebody came or went, or the configuration is another. */
  heed(): void;
  /** Resolves once the port is as it has to be since the last {@link heed}, or could not be. */
  settled(): Promise<HttpView>;
  view(): HttpView;
}

export interface PortOptions {
  /** As configured just now; null = off. */
  port(): number | null;
  tokens: Pick<Tokens, 'sweep' | 'count'>;
  codes: Pick<Codes, 'nextEnd'>;
  listen(port: number): Promise<TcpListening>;
  clock: Clock;
  random: Random;
  log: Log;
}

export function createPort(options: PortOptions): Port {
  const { tokens, codes, clock, log } = options;
  let open: TcpListening | null = null;
  let problem: string | null = null;
  let failures = 0;
  let heeded = 1;
  let settledAt = 0;
  let over = false;
  let hadSessions = false;
  let lingersUntil = Number.NEGATIVE_INFINITY;
  let wake = () => {};
  let waiting: { since: number; resolve(): void }[] = [];

  function settle(upTo: number): void {
    settledAt = upTo;
    const due = waiting.filter(({ since }) => over || since <= upTo);
    waiting = waiting.filter(({ since }) => !over && since > upTo);
    for (const { resolve } of due) resolve();
  }

  async function close(): Promise<void> {
    const closing = open;
    open = null;
    await closing?.close();
    if (closing) log.info('port closed', { port: closing.port });
  }

  /** Opens, moves or closes it; in how many milliseconds to look again. */
  async function arrange(): Promise<number> {
    const ends = [tokens.sweep(), codes.nextEnd()].filter((each) => each !== null);
    const { sessions } = tokens.count();
    if (sessions === 0 && hadSessions) lingersUntil = clock.monotonic() + LINGER_MS;
    hadSessions = sessions > 0;
    const lingers = lingersUntil - clock.monotonic();
    const somebody = tokens.count().tokens + sessions > 0 || codes.nextEnd() !== null || lingers > 0;
    const wanted = somebody ? options.port() : null;
    const most = lingers > 0 ? lingers : QUIET_MS;
    const wait = Math.min(...ends, ends.length > 0 ? Math.min(ENDS_MS, most) : most);
    if (open !== null && open.port !== wanted) await close();
    if (wanted === null) [problem, failures] = [null, 0];
    if (wanted === null || open !== null) return wait;
    try {
      open = await options.listen(wanted);
      [problem, failures] = [null, 0];
      log.info('port open', { port: wanted });
      return wait;
    } catch (error) {
      const why = sentence(wanted, error);
      if (why !== problem) log.warning('port not open', { port: wanted, reason: why });
      problem = why;
      failures += 1;
      return Math.min(wait, backoff(failures, options.random));
    }
  }

  function view(): HttpView {
    const port = options.port();
    const failing = problem === null ? 'closed' : 'failing';
    const state = port === null ? 'off' : open === null ? failing : 'listening';
    return { port, state, url: open?.url ?? null, problem, ...tokens.count() };
  }

  return {
    async run(signal) {
      try {
        while (!signal.aborted) {
          const looked = heeded;
          const wait = await arrange();
          settle(looked);
          if (heeded !== looked) continue;
          const woken = new AbortController();
          wake = () => woken.abort();
          // It rejects only where it is cut short.
          await clock.sleep(wait, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
        }
      } finally {
        await close();
        over = true;
        settle(heeded);
      }
    },
    heed() {
      heeded += 1;
      wake();
    },
    async settled() {
      if (settledAt < heeded && !over)
        await new Promise<void>((resolve) => waiting.push({ since: heeded, resolve }));
      return view();
    },
    view,
  };
}

function sentence(port: number, error: unknown): string {
  return systemCode(error) === 'EADDRINUSE'
    ? `the port ${port} is taken by another program: set http.port in config.yaml to another, or off`
    : `the port ${port} cannot be opened: ${messageOf(error)}`;
}
