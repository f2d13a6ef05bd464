/**
 * When a hinted path is looked at. Two figures seem to disagree: a change shall be an event within 25 ms
 * (p50), and a file is quiet when two looks 50 ms apart are equal. Both hold, because on Linux every write is
 * a hint: a path whose hints all came at once (an atomic save, a copy of a small file) has been still since
 * the last one, so it is looked at 18 ms later, which also lets the kernel's tick (at most 10 ms) pass; the
 * second look is the `fstat` after hashing. A path whose hints are spread out, or that was reported a moment
 * ago, is being written: it must be still for 50 ms.
 */
export interface Burst {
  /** Monotonic milliseconds of the first and last hint. */
  first: number;
  last: number;
  /** Times it was reported while it went on. */
  reports: number;
  /** Whether the path was reported just before it began. */
  recent: boolean;
  /** Not before this: it was looked at and was too young, or absent. */
  notBefore: number;
  /** Looks in a row that found it changing without a hint. */
  tries: number;
}

/** A burst that begins now (monotonic ms). */
export function burstAt(now: number, recent = false): Burst {
  return { first: now, last: now, reports: 0, recent, notBefore: 0, tries: 0 };
}

/** Longest span of hints that are one act of writing: open, write and close by one process. */
const AT_ONCE = 5;
const QUIET_AFTER_ONE = 18;
const QUIET_AFTER_MANY = 50;
/** Reports of one burst come ever more rarely, as each reads the whole file: up to 64 times the debounce apart. */
const MOST_DOUBLINGS = 6;

/** How long after its last hint an absent path is believed to be gone: a little longer, so that where it went is looked at first. */
export const ABSENT_FOR = 22;

/** When to look at a path, in monotonic milliseconds. */
export function dueAt(burst: Burst, debounceMs: number): number {
  const quiet = burst.last - burst.first > AT_ONCE || burst.recent ? QUIET_AFTER_MANY : QUIET_AFTER_ONE;
  return Math.max(burst.notBefore, Math.min(burst.last + quiet, deadline(burst, debounceMs)));
}

/** Whether a path that is due was not quiet but has outlasted the debounce: it is reported as growing. */
export function isGrowing(burst: Burst, now: number, debounceMs: number): boolean {
  return now >= deadline(burst, debounceMs) && now < burst.last + QUIET_AFTER_MANY;
}

function deadline(burst: Burst, debounceMs: number): number {
  return burst.first + debounceMs * 2 ** Math.min(burst.reports, MOST_DOUBLINGS);
}
