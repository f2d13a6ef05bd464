import { type ReadonlySignal, signal } from '@preact/signals';
import { backoff } from '../../src/base/backoff.ts';
import { createBell } from '../../src/base/bell.ts';
import type { Clock } from '../../src/base/clock.ts';
import { CodedError, messageOf } from '../../src/base/errors.ts';
import type { FollowedEvent } from '../../src/contract/live-event.ts';
import type { StatusView } from '../../src/contract/status-view.ts';
import type { PageTransport } from './transport.ts';

/** Whether this page hears the daemon. */
export type Connection =
  | { kind: 'connecting' }
  | { kind: 'live' }
  /** It is tried again at `retryAt` (epoch ms), for the `attempt`th time. */
  | { kind: 'lost'; reason: string; retryAt: number; attempt: number }
  | { kind: 'ended' };

/** Longest and shortest wait before the connection is tried again. */
const RETRY_MS = { floor: 500, cap: 10_000 };
/** How often it is asked how the daemon is: after something happened, and when nothing does. */
const LOOK_MS = { soonest: 1000, latest: 10_000 };
/** Events are taken for so long before the page gets its turn. */
const TURN_MS = 20;
/** Events that are told in one frame, and how many may wait to be: the daemon keeps the rest for who is slow. */
const A_FRAME = 500;
const WAITING = 5000;

/** What the daemon tells, for all pages. */
export interface Live {
  connection: ReadonlySignal<Connection>;
  /** How the daemon is, at most a second old while things happen; null before it was first told. */
  status: ReadonlySignal<StatusView | null>;
  /** When it was told how the daemon is; null before that. */
  toldAt: ReadonlySignal<string | null>;
  /** Calls back with all that has come since the frame before; returns what ends that. */
  onEvents(listener: (events: readonly FollowedEvent[]) => void): () => void;
  /** Connects now, where it waits to; asks now how the daemon is. */
  hurry(): void;
  /** Follows the daemon until the signal aborts or the session ends. */
  run(signal: AbortSignal): Promise<void>;
}

export interface LiveOptions {
  transport: Pick<PageTransport, 'open'>;
  status(): Promise<StatusView>;
  clock: Clock;
  random: { fraction(): number };
  /** Calls back when the page is drawn next; or soon, while it is not drawn. */
  frame(draw: () => void): void;
}

export function createLive({ transport, clock, random, frame, ...ask }: LiveOptions): Live {
  const connection = signal<Connection>({ kind: 'connecting' });
  const status = signal<StatusView | null>(null);
  const toldAt = signal<string | null>(null);
  const listeners = new Set<(events: readonly FollowedEvent[]) => void>();
  const retry = createBell();
  const news = createBell();
  const arrived: FollowedEvent[] = [];
  let isDrawing = false;
  let last: string | null = null;

  function draw(): void {
    const events = arrived.splice(0, A_FRAME);
    isDrawing = arrived.length > 0;
    if (isDrawing) frame(draw);
    for (const listener of listeners) listener(events);
  }

  function take(event: FollowedEvent): void {
    arrived.push(event);
    if (event.type !== 'token') news.ring();
    if (!isDrawing) {
      isDrawing = true;
      frame(draw);
    }
  }

  async function follow(signal: AbortSignal): Promise<void> {
    const stream = await transport.open<FollowedEvent>('/v1/events?tokens=true', { signal, after: last });
    // Before the first event there was nothing to go on from.
    if (connection.value.kind === 'lost' && last === null)
      take({ type: 'gap', reason: 'the connection was lost before anything was told' });
    connection.value = { kind: 'live' };
    news.ring();
    let began = clock.monotonic();
    for await (const { id, event } of stream) {
      if (id !== null) last = id;
      take(event);
      if (arrived.length < WAITING && clock.monotonic() - began < TURN_MS) continue;
      do await clock.sleep(0, signal);
      while (arrived.length >= WAITING);
      began = clock.monotonic();
    }
  }

  async function keepFollowing(signal: AbortSignal): Promise<void> {
    for (let failures = 0; ; failures += 1) {
      const reason = await follow(signal).then(
        () => 'the daemon stopped',
        (error: unknown) => error,
      );
      signal.throwIfAborted();
      if (connection.value.kind === 'live') failures = 0;
      const waits = backoff(failures, random, RETRY_MS.floor, RETRY_MS.cap);
      connection.value = {
        kind: 'lost',
        reason: typeof reason === 'string' ? reason : messageOf(reason),
        retryAt: clock.now() + waits,
        attempt: failures + 1,
      };
      await retry.wait(waits, signal);
      signal.throwIfAborted();
    }
  }

  async function keepLooking(signal: AbortSignal): Promise<void> {
    for (;;) {
      await news.wait(LOOK_MS.latest, signal);
      signal.throwIfAborted();
      if (connection.value.kind !== 'live') continue;
      try {
        status.value = await ask.status();
        toldAt.value = new Date(clock.now()).toISOString();
      } catch (error) {
        // The stream says whether the daemon is there; one that is too busy to answer is asked again.
        if (!(error instanceof CodedError)) throw error;
      }
      await clock.sleep(LOOK_MS.soonest, signal);
    }
  }

  return {
    connection,
    status,
    toldAt,
    onEvents(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    hurry() {
      retry.ring();
      news.ring();
    },
    async run(signal) {
      try {
        await Promise.all([keepFollowing(signal), keepLooking(signal)]);
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        connection.value = { kind: 'ended' };
      }
    },
  };
}
