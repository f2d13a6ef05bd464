import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import { hashOf } from './token-text.ts';

const LIVES_MS = 60_000;
/** More are never waited for at once; the oldest goes. */
const MOST = 8;

/** One-time codes, in memory only: who has one gets one session for it. */
export interface Codes {
  /** 192 random bits; good for {@link LIVES_MS}. */
  make(): { code: string; expiresAt: number };
  /** Whether it is one, which it is only once. */
  take(code: string): boolean;
  /** Milliseconds until the next one ends; null where there is none. */
  nextEnd(): number | null;
}

export function createCodes(clock: Clock, random: Random): Codes {
  /** By what is looked up: a digest tells nobody by its timing how near a guess was. */
  const ends = new Map<string, number>();
  const dropOver = () => {
    for (const [hash, end] of ends) if (end <= clock.monotonic()) ends.delete(hash);
  };
  return {
    make() {
      dropOver();
      const [oldest] = ends.keys();
      if (ends.size >= MOST && oldest !== undefined) ends.delete(oldest);
      const code = Buffer.from(random.hex(24), 'hex').toString('base64url');
      ends.set(hashOf(code), clock.monotonic() + LIVES_MS);
      return { code, expiresAt: clock.now() + LIVES_MS };
    },
    take(code) {
      dropOver();
      return ends.delete(hashOf(code));
    },
    nextEnd() {
      dropOver();
      const [end] = ends.values();
      return end === undefined ? null : end - clock.monotonic();
    },
  };
}
