import { CodedError, EXIT, messageOf } from '../../src/base/errors.ts';
import type { Call, Transport } from '../../src/surfaces/client.ts';
import { problemError } from '../../src/surfaces/told-problem.ts';
import { type Told, toldBy } from './stream.ts';

/** The daemon says every 15 s that a stream is alive; one that says nothing for so long is dead. */
const SILENCE_MS = 45_000;

/** Characters of a body that a browser still sends once its page is gone, well below its 64 KiB for all of them. */
const KEPT_ALIVE = 10_000;

/** How a stream is opened. */
export interface StreamOptions {
  signal?: AbortSignal;
  /** Id of the event that was told last. */
  after?: string | null;
}

/** The daemon over HTTP, from a page of it. */
export interface PageTransport extends Transport {
  /** A stream, once it is subscribed; see {@link toldBy}. */
  open<Event>(path: string, options?: StreamOptions): Promise<AsyncIterable<Told<Event>>>;
}

export interface TransportOptions {
  /** Before every path; empty in a page. */
  base: string;
  fetch: typeof globalThis.fetch;
  /** The session's; null before there is one. */
  token(): string | null;
  /** Nobody is let in with that token any more. */
  onRefused(token: string): void;
  silenceMs?: number;
}

/** Throws `daemon-away` where nobody answers, and the problems that the daemon tells, as {@link CodedError}. */
export function createTransport(options: TransportOptions): PageTransport {
  async function send(call: Call, { signal, after }: StreamOptions = {}): Promise<Response> {
    const token = options.token();
    const headers = new Headers(call.headers);
    if (call.body !== undefined) headers.set('content-type', 'application/json');
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    if (typeof after === 'string') headers.set('last-event-id', after);
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    const response = await reach(
      options.fetch(`${options.base}${call.path}`, {
        ...{ method: call.method, headers, signal: signal ?? null, body },
        // What was asked for while the page was being closed is done all the same.
        keepalive: body !== null && body.length < KEPT_ALIVE,
        ...{ cache: 'no-store', credentials: 'omit', redirect: 'error', referrerPolicy: 'no-referrer' },
      }),
      signal,
    );
    if (response.ok) return response;
    if (response.status === 401 && token !== null) options.onRefused(token);
    throw problemError(response.status, await reach(response.text(), signal));
  }

  async function open<Event>(path: string, more: StreamOptions = {}): Promise<AsyncIterable<Told<Event>>> {
    const { body } = await send({ method: 'GET', path, headers: { accept: 'text/event-stream' } }, more);
    if (body === null) throw away(new Error('it answered without a stream'));
    return toldBy(body, options.silenceMs ?? SILENCE_MS);
  }

  return {
    open,
    async ask(call) {
      const response = await send(call);
      return JSON.parse(await reach(response.text()));
    },
    async follow<Event>(path: string) {
      return events(await open<Event>(path));
    },
  };
}

/** A stream without its ids. */
function events<Event>(stream: AsyncIterable<Told<Event>>): AsyncIterable<Event> {
  return {
    [Symbol.asyncIterator]() {
      const told = stream[Symbol.asyncIterator]();
      return {
        async next() {
          const { done, value } = await told.next();
          return done ? { done, value: undefined } : { done: false, value: value.event };
        },
        async return() {
          await told.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function reach<T>(answer: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    throw away(error);
  }
}

function away(cause: unknown): CodedError {
  return new CodedError('daemon-away', 'the daemon does not answer', {
    value: messageOf(cause),
    next: 'consciousness start',
    retryable: true,
    exitCode: EXIT.unavailable,
    cause,
  });
}
