import { backoff } from '../../base/backoff.ts';
import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';

const FLOOR_MS = 1000;
/** A receiver that is back is found within a minute. */
const CAP_MS = 60_000;
/** How long an output waits for others that are being sent there. */
const OTHERS_MS = 250;

/**
 * Who may be sent where. A target takes so many at once, so that a slow one does not have all outputs waiting for it; of
 * one that is away, one output at a time finds out whether it is back.
 */
export interface Patience {
  /** 0 = go, and say how it went; else milliseconds to wait. */
  enter(target: string, most: number): number;
  /** It could not be reached: how long until it is tried again, at least `asked`. */
  missed(target: string, asked: number): number;
  /** It answered, whatever it said. */
  met(target: string): void;
}

interface Known {
  underWay: number;
  misses: number;
  /** Monotonic milliseconds. */
  until: number;
}

export function createPatience(clock: Clock, random: Random): Patience {
  const known = new Map<string, Known>();

  function leave(target: string): Known {
    const left = known.get(target) ?? { underWay: 1, misses: 0, until: 0 };
    left.underWay -= 1;
    return left;
  }

  return {
    enter(target, most) {
      const there = known.get(target) ?? { underWay: 0, misses: 0, until: 0 };
      const wait = there.until - clock.monotonic();
      if (wait > 0) return wait;
      if (there.underWay >= (there.misses > 0 ? 1 : most)) return OTHERS_MS;
      there.underWay += 1;
      known.set(target, there);
      return 0;
    },
    missed(target, asked) {
      const left = leave(target);
      const now = clock.monotonic();
      // Those that set out together have missed it once.
      if (left.until <= now) left.misses += 1;
      left.until = Math.max(
        left.until,
        now + Math.max(asked, backoff(left.misses, random, FLOOR_MS, CAP_MS)),
      );
      return left.until - now;
    },
    met(target) {
      const left = leave(target);
      Object.assign(left, { misses: 0, until: 0 });
      if (left.underWay === 0) known.delete(target);
    },
  };
}
