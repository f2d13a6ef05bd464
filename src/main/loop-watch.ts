import type { Clock } from '../base/clock.ts';

/** How often the event loop is to turn; a wake-up costs some 20 µs [measured]. */
const EVERY_MS = 1000;

/** How far back it is looked. */
const LOOP_WINDOW_MS = 60_000;

/** Later than this, it stood still; less is the scheduling of a busy machine. */
const LATE_MS = 100;

/** Measures how long the event loop stood still. */
export interface LoopWatch {
  /**
   * Milliseconds within the last window; one standstill counts for at most a third of it, since the machine may have
   * slept or the process may have been stopped, and it is over.
   */
  stoodStillMs(): number;
  windowMs: number;
  run(signal: AbortSignal): Promise<void>;
}

export interface LoopWatchOptions {
  clock: Clock;
  /** Default: a second. */
  everyMs?: number;
  /** Default: {@link LOOP_WINDOW_MS}. */
  windowMs?: number;
}

export function createLoopWatch(options: LoopWatchOptions): LoopWatch {
  const { clock, everyMs = EVERY_MS, windowMs = LOOP_WINDOW_MS } = options;
  let standstills: { at: number; ms: number }[] = [];
  let asleepSince = clock.monotonic();

  const lateness = () => clock.monotonic() - asleepSince - everyMs;
  const sum = (from: number) => {
    standstills = standstills.filter(({ at }) => at >= from);
    // One that is not over yet, as whoever wakes before the watch does sees it.
    const now = Math.max(0, lateness());
    const all = [...standstills, { ms: now > LATE_MS ? now : 0 }];
    return all.reduce((total, { ms }) => total + Math.min(ms, windowMs / 3), 0);
  };

  return {
    windowMs,
    stoodStillMs: () => sum(clock.monotonic() - windowMs),
    async run(signal) {
      while (!signal.aborted) {
        asleepSince = clock.monotonic();
        await clock.sleep(everyMs, signal);
        const ms = lateness();
        if (ms > LATE_MS) standstills.push({ at: clock.monotonic(), ms });
      }
    },
  };
}
