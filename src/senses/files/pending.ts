import { type Burst, burstAt, dueAt, isGrowing } from './settle.ts';

/** More paths than this are not kept one by one: the root is scanned instead. About 10 MB. */
const MOST = 50_000;

/** A path that is hinted at less than this (ms) after it was reported is still being written. */
const RECENT = 50;

/** Paths to look at, coalesced: a path is in it once, however often it was hinted at. */
export interface Pending {
  readonly size: number;
  /** Monotonic ms of the last hint about anything. */
  readonly lastHint: number;
  /** Something may have changed at this relative path; false = there are too many, and all were dropped. */
  hint(path: string, now: number): boolean;
  /** Takes the paths that are due, oldest hint first; hints that come while they are looked at start anew. */
  take(now: number): { path: string; burst: Burst; growing: boolean }[];
  /** Puts a taken path back: not to be looked at before `notBefore`. */
  again(path: string, burst: Burst, notBefore: number): void;
  /** A path was reported; `burst` is given while it still goes on. */
  reported(path: string, now: number, burst?: Burst): void;
  /** When the next path is due; Infinity where none is waiting. */
  next(): number;
  clear(): void;
}

export function createPending(debounceMs: () => number): Pending {
  const bursts = new Map<string, Burst>();
  const recent = new Map<string, number>();
  let lastHint = Number.NEGATIVE_INFINITY;

  function forgetOld(now: number): void {
    for (const [path, at] of recent) {
      if (now - at < RECENT && recent.size <= MOST) break;
      recent.delete(path);
    }
  }

  return {
    get size() {
      return bursts.size;
    },
    get lastHint() {
      return lastHint;
    },
    hint(path, now) {
      lastHint = now;
      const known = bursts.get(path);
      if (known) {
        known.last = now;
        return true;
      }
      if (bursts.size >= MOST) {
        bursts.clear();
        return false;
      }
      const reportedAt = recent.get(path);
      bursts.set(path, burstAt(now, reportedAt !== undefined && now - reportedAt < RECENT));
      return true;
    },
    take(now) {
      const due: { path: string; burst: Burst; growing: boolean }[] = [];
      for (const [path, burst] of bursts) {
        if (dueAt(burst, debounceMs()) > now) continue;
        due.push({ path, burst, growing: isGrowing(burst, now, debounceMs()) });
        bursts.delete(path);
      }
      return due;
    },
    again(path, burst, notBefore) {
      const newer = bursts.get(path);
      bursts.set(path, { ...burst, last: Math.max(burst.last, newer?.last ?? 0), notBefore });
    },
    reported(path, now, burst) {
      recent.delete(path);
      recent.set(path, now);
      forgetOld(now);
      if (burst === undefined) return;
      const newer = bursts.get(path);
      bursts.set(path, {
        ...burst,
        first: now,
        last: newer?.last ?? burst.last,
        reports: burst.reports + 1,
        notBefore: 0,
        tries: 0,
      });
    },
    next() {
      let next = Number.POSITIVE_INFINITY;
      for (const burst of bursts.values()) next = Math.min(next, dueAt(burst, debounceMs()));
      return next;
    },
    clear: () => bursts.clear(),
  };
}
