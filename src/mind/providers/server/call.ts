import type { Clock } from '../../../base/clock.ts';
import type { ProviderFailure, ThinkCall, ThinkEvent } from '../../../contract/provider.ts';
import type { Exchange, Transport, TransportRequest } from '../../transport-exchange.ts';
import type { Protocol } from '../protocol.ts';
import type { Address } from './address.ts';
import { advised } from './advice.ts';
import { readAnswerStream } from './answer-stream.ts';
import { textOf } from './body-text.ts';
import {
  failureOfError,
  failureOfRefusal,
  failureOfThrown,
  isStaleSocket,
  statusIn,
  statusOf,
} from './failure.ts';
import { cleaner } from './message.ts';
import { createWatchdog, Expired } from './watchdog.ts';

const CONNECT_MS = 5_000;
/** Of an error's body; the message keeps far less. */
const ERROR_LIMIT = 65_536;

export interface CallSettings {
  name: string;
  protocol: Protocol;
  address: Address;
  apiKey: string;
  headers: Record<string, string>;
  transport: Transport;
  clock: Clock;
  limits: CallLimits;
}

/** The longest that each part of a call may take, milliseconds. */
export interface CallLimits {
  /** From the connection to the response's headers: many servers send them with the first token. */
  headersMs: number;
  /** From the headers to the first token: reading a long prompt is slow on a laptop. */
  firstTokenMs: number;
  /** Silence after the first token. */
  idleMs: number;
  /** All of it; null = any time. */
  totalMs: number | null;
}

/**
 * One streamed call of `model`. Ends with one `finished` or `failed`; throws only the reason of an aborted signal.
 * Aborting it, or leaving the loop, closes the socket. `grammar`: the server is to hold the model to the schema.
 */
export async function* think(
  settings: CallSettings,
  call: ThinkCall,
  model: string,
  grammar: boolean,
  signal: AbortSignal,
): AsyncGenerator<ThinkEvent> {
  const { clock, limits, protocol } = settings;
  const clean = cleaner(call.prompt, settings.apiKey);
  const watchdog = createWatchdog(clock, signal, limits.totalMs);
  const thrown = (error: unknown, answering: boolean): ProviderFailure => {
    if (signal.aborted) throw signal.reason;
    const expired = watchdog.signal.reason instanceof Expired ? watchdog.signal.reason : undefined;
    const failure =
      expired === undefined ? failureOfThrown(error, answering, clean) : failureOfExpired(expired);
    return advised(settings, failure);
  };
  try {
    watchdog.expect('connection', CONNECT_MS);
    const exchange = await send(settings.transport, {
      method: 'POST',
      path: pathOf(settings),
      headers: { ...settings.headers, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify(protocol.body(call, model, grammar)),
      signal: watchdog.signal,
      onConnected: () => watchdog.expect('response', limits.headersMs),
    });
    watchdog.expect('first token', limits.firstTokenMs);
    if (exchange.status !== 200) return yield { kind: 'failed', failure: await refusal(exchange) };
    yield* readAnswerStream(exchange, watchdog, {
      protocol,
      model,
      // While a call of a tool is written, many servers are silent until it is whole (lmstudio-bug-tracker #1881).
      idleMs: call.tools?.length ? Math.max(limits.idleMs, limits.firstTokenMs) : limits.idleMs,
      failureOfError: (error) =>
        advised(settings, failureOfError(error, clock.now(), clean), statusIn(error)),
      failureOfThrown: thrown,
    });
  } catch (error) {
    yield { kind: 'failed', failure: thrown(error, false) };
  } finally {
    watchdog.stop();
  }

  async function refusal({ status, header, body }: Exchange): Promise<ProviderFailure> {
    const refused = { status, body: await textOf(body, ERROR_LIMIT), retryAfter: header('retry-after') };
    return advised(settings, failureOfRefusal(refused, clock.now(), clean), statusOf(refused));
  }
}

/** Of a protocol with a path of its own beside `/v1`, that one. */
function pathOf({ address, protocol }: CallSettings): string {
  return `${protocol.path.startsWith('/api/') ? address.root : address.base}${protocol.path}`;
}

function failureOfExpired({ what, message }: Expired): ProviderFailure {
  return { kind: what === 'connection' ? 'unavailable' : 'timed-out', message };
}

/**
 * A socket kept from an earlier call may be dead by now (lmstudio-bug-tracker #945): one more try on a new one. Where
 * nobody is there any more, the first failure counts: it may have been this call that the server died of.
 */
async function send(transport: Transport, request: TransportRequest): Promise<Exchange> {
  try {
    return await transport.send(request);
  } catch (error) {
    if (request.signal.aborted || !isStaleSocket(error)) throw error;
    try {
      return await transport.send({ ...request, fresh: true });
    } catch (again) {
      throw request.signal.aborted || isStaleSocket(again) ? again : error;
    }
  }
}
