import type { Clock } from '../../base/clock.ts';

/** Callers who are told plainly that they are not let in, in {@link WINDOW_MS}. */
const MOST = 20;
const WINDOW_MS = 60_000;

/** Those who were not let in of late, all together: where one guesses, it matters little from where. */
export interface Failures {
  /** Counts one more; where there were too many of late, the seconds to wait for, and it is not counted. */
  count(): number | null;
}

export function createFailures(clock: Pick<Clock, 'monotonic'>): Failures {
  let times: number[] = [];
  return {
    count() {
      const now = clock.monotonic();
      times = times.filter((at) => now - at < WINDOW_MS);
      const [first = now] = times;
      if (times.length >= MOST) return Math.max(1, Math.ceil((first + WINDOW_MS - now) / 1000));
      times.push(now);
      return null;
    },
  };
}
