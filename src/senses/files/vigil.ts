import type { Clock } from '../../base/clock.ts';

/** Decides when a root that hears nothing is scanned anyway. */
export interface Vigil {
  /** Milliseconds after which to ask at the latest: two wake-ups a minute cost nothing. */
  readonly pulse: number;
  /** Whether a scan is due: after ten minutes once idle, after twenty if never idle, at once after a gap. */
  needsScan(isIdle: boolean): boolean;
  scanned(): void;
}

/** `uptime`: milliseconds since the machine was started, its sleep included. */
export type VigilClock = Pick<Clock, 'now' | 'monotonic'> & { uptime(): number };

const RECONCILE_AFTER = 600_000;
const PULSE = 30_000;
/** Clocks that differ by so much more (ms) than before, or a question that comes so much too late, are a gap. */
const GAP = 5000;

/**
 * A gap is a time in which nothing was heard. Three signs of it, as each fails somewhere: the machine's uptime
 * ran ahead of the monotonic clock (suspend on Linux), the wall clock did (where the uptime stands still too),
 * or nobody asked for much longer than a pulse (stopped or blocked; macOS, whose monotonic clock runs through
 * sleep). However many of them show, one scan is due.
 */
export function createVigil(clock: VigilClock): Vigil {
  let scannedAt = clock.monotonic();
  let askedAt = scannedAt;
  let wallAhead = clock.now() - scannedAt;
  let uptimeAhead = clock.uptime() - scannedAt;
  return {
    pulse: PULSE,
    needsScan(isIdle) {
      const now = clock.monotonic();
      const wallDrift = clock.now() - now - wallAhead;
      const uptimeDrift = clock.uptime() - now - uptimeAhead;
      const late = now - askedAt - PULSE;
      wallAhead += wallDrift;
      uptimeAhead += uptimeDrift;
      askedAt = now;
      return (
        Math.max(wallDrift, uptimeDrift, late) > GAP ||
        now - scannedAt >= (isIdle ? RECONCILE_AFTER : 2 * RECONCILE_AFTER)
      );
    },
    scanned() {
      scannedAt = clock.monotonic();
      askedAt = scannedAt;
    },
  };
}
