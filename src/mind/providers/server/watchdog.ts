import type { Clock } from '../../../base/clock.ts';

/** The time limits of one call: aborts its `signal` when a deadline passes without having been moved. */
export interface Watchdog {
  /** Aborts with the caller's signal, or with {@link Expired}. */
  readonly signal: AbortSignal;
  /** From now on `what` has to happen within `ms`. */
  expect(what: string, ms: number): void;
  /** Frees timer and listener. Safe to call twice. */
  stop(): void;
}

/** Why a watchdog aborted: what did not happen in time. */
export class Expired extends Error {
  readonly what: string;
  constructor(what: string, ms: number) {
    super(`no ${what} within ${ms < 1000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`}`);
    this.name = 'Expired';
    this.what = what;
  }
}

/** A deadline brought forward, and the end of a call, is noticed at most this late, milliseconds. */
const GRAIN_MS = 250;

/**
 * Moving a deadline, which every token does, costs an assignment: the one timer of a call looks again when it wakes.
 * Nothing wakes it when the call ends: that would cost a tenth of what the call itself does [measured].
 * `totalMs`: the longest that everything together may take; null = any time.
 */
export function createWatchdog(clock: Clock, caller: AbortSignal, totalMs: number | null = null): Watchdog {
  const controller = new AbortController();
  const last = totalMs === null ? null : { what: 'end', ms: totalMs, at: clock.monotonic() + totalMs };
  let stopped = false;
  let limit: { what: string; ms: number; at: number } | undefined;

  const stop = () => {
    caller.removeEventListener('abort', follow);
    stopped = true;
  };
  const follow = () => {
    stop();
    controller.abort(caller.reason);
  };
  const watch = async (due: () => number) => {
    while (!stopped && due() > 0) await clock.sleep(Math.min(GRAIN_MS, due()));
    if (stopped || limit === undefined) return;
    stop();
    controller.abort(new Expired(limit.what, limit.ms));
  };

  if (caller.aborted) follow();
  else caller.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    expect(what, ms) {
      const watching = limit !== undefined;
      const wanted = { what, ms, at: clock.monotonic() + ms };
      const next = last !== null && last.at < wanted.at ? last : wanted;
      limit = next;
      if (!watching && !stopped) void watch(() => (limit ?? next).at - clock.monotonic());
    },
    stop,
  };
}
