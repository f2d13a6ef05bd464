import type { Random } from './random.ts';

/**
 * Milliseconds to wait before try `failures + 1`: full jitter between `floor` and an exponentially
 * growing ceiling ("Exponential Backoff And Jitter", AWS Architecture Blog, 2015), 0.5 s to 30 s by default.
 */
export function backoff(
  failures: number,
  random: Pick<Random, 'fraction'>,
  floor = 500,
  cap = 30_000,
): number {
  const ceiling = Math.min(cap, floor * 2 ** Math.max(0, failures));
  return floor + random.fraction() * (ceiling - floor);
}
