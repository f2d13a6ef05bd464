import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/errors.ts';

/** A database that is damaged again so soon was not mended, or its disk fails: beginning again would go on for ever. */
const AGAIN_AFTER_MS = 10 * 60_000;

/**
 * Lives by `live`, and begins again where that found the database damaged: a backup takes its place. `mended` tells
 * whether this is such a beginning. Throws what ends it otherwise, damage soon after damage among it.
 */
export async function livingMended<T>(
  live: (mended: boolean) => Promise<T>,
  clock: Pick<Clock, 'monotonic'>,
): Promise<T> {
  let mendedAt: number | null = null;
  for (;;) {
    try {
      return await live(mendedAt !== null);
    } catch (error) {
      const isDamage = error instanceof CodedError && error.code === 'database-damaged';
      const now = clock.monotonic();
      if (!isDamage || (mendedAt !== null && now - mendedAt < AGAIN_AFTER_MS)) throw error;
      mendedAt = now;
    }
  }
}
