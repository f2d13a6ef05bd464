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

/** A deadline brought forward is noticed at most this late, milliseconds. */
const GRAIN_MS = 250;
/** Saves the DOMException that an abort without a reason creates, 0.02 ms a call. */
const STOPPED = new Error('stopped');

/** Moving a deadline, which every token does, costs an assignment: the one timer of a call looks again when it wakes. */
export function createWatchdog(clock: Clock, caller: AbortSignal): Watchdog {
  const controller = new AbortController();
  const stopped = new AbortController();
  let limit: { what: string; ms: number; at: number } | undefined;

  const stop = () => {
    caller.removeEventListener('abort', follow);
    stopped.abort(STOPPED);
  };
  const follow = () => {
    stop();
    controller.abort(caller.reason);
  };
  const watch = async (due: () => number) => {
    while (due() > 0) {
      try {
        await clock.sleep(Math.min(GRAIN_MS, due()), stopped.signal);
      } catch {
        return;
      }
    }
    if (stopped.signal.aborted || limit === undefined) return;
    stop();
    controller.abort(new Expired(limit.what, limit.ms));
  };

  if (caller.aborted) follow();
  else caller.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    expect(what, ms) {
      const watching = limit !== undefined;
      const next = { what, ms, at: clock.monotonic() + ms };
      limit = next;
      if (!watching && !stopped.signal.aborted) void watch(() => (limit ?? next).at - clock.monotonic());
    },
    stop,
  };
}
