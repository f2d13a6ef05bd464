import type { Clock } from '../../base/clock.ts';

/** Decides when a root that hears nothing is scanned anyway. */
export interface Vigil {
  /** Milliseconds after which to ask at the latest: two wake-ups a minute cost nothing. */
  readonly pulse: number;
  /** Whether a scan is due: after ten minutes once idle, after twenty if never idle, at once after the machine slept. */
  needsScan(isIdle: boolean): boolean;
  scanned(): void;
}

const RECONCILE_AFTER = 600_000;
const PULSE = 30_000;
/** The wall clock ran ahead of the monotonic one by so much (ms): the machine slept, or the clock was set. */
const GAP = 5000;

export function createVigil(clock: Pick<Clock, 'now' | 'monotonic'>): Vigil {
  let scannedAt = clock.monotonic();
  let offset = clock.now() - scannedAt;
  return {
    pulse: PULSE,
    needsScan(isIdle) {
      const now = clock.monotonic();
      const drift = clock.now() - now - offset;
      offset += drift;
      return drift > GAP || now - scannedAt >= (isIdle ? RECONCILE_AFTER : 2 * RECONCILE_AFTER);
    },
    scanned() {
      scannedAt = clock.monotonic();
    },
  };
}
