import type { Clock } from '../../../base/clock.ts';
import type { Transport } from '../../transport-exchange.ts';
import { textOf } from './body-text.ts';
import { parseJson } from './json.ts';
import { createWatchdog, type Watchdog } from './watchdog.ts';

/** Bytes of an answer that are read. */
const LIMIT = 64 * 1024 * 1024;

/** What a server said to a question that is no call of a model. */
export interface Said {
  status: number;
  /** As it came. */
  body: string;
  /** Parsed; undefined where it is no JSON. */
  value: unknown;
  retryAfter: string;
}

/** Puts one question to a server: `GET`, or `POST` where there is a body. Throws what the transport throws. */
export type Ask = (path: string, body?: unknown) => Promise<Said>;

export interface AskSettings {
  transport: Transport;
  headers: Record<string, string>;
  clock: Clock;
}

/** Lets `work` put questions for `ms` at most; where the time is over, the watchdog's reason says so. */
export async function asking<T>(
  { transport, headers, clock }: AskSettings,
  what: string,
  ms: number,
  signal: AbortSignal,
  work: (ask: Ask, watchdog: Watchdog) => Promise<T>,
): Promise<T> {
  const watchdog = createWatchdog(clock, signal);
  const ask: Ask = async (path, body) => {
    const exchange = await transport.send({
      method: body === undefined ? 'GET' : 'POST',
      path,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: watchdog.signal,
    });
    const said = await textOf(exchange.body, LIMIT);
    return {
      status: exchange.status,
      body: said,
      value: parseJson(said),
      retryAfter: exchange.header('retry-after'),
    };
  };
  try {
    watchdog.expect(what, ms);
    return await work(ask, watchdog);
  } finally {
    watchdog.stop();
  }
}
