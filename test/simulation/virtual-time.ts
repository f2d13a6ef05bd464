import type { Clock } from '../../src/base/clock.ts';
import type { SeededRandom } from '../support/seeded-random.ts';

/** Time that passes only when nothing else is left to do, the same way for the same seed. */
export interface VirtualTime {
  clock: Clock;
  /** The wall clock as file systems read it: with fractions, and never the same twice. */
  stamp(): number;
  /** Milliseconds since it began. */
  elapsed(): number;
  /** Does something later; the function it gives takes that back. */
  later(ms: number, what: () => void): () => void;
  /** Lets time pass until `isOver`, or until so many milliseconds have; false where it never was over. */
  pass(isOver: () => boolean, mostMs: number): Promise<boolean>;
  /** The process stands still for so long: whatever is due by then is due at once. */
  stand(ms: number): void;
  /** Somebody sets the wall clock. */
  setWall(byMs: number): void;
  /** Forgets everything that is waited for. */
  clear(): void;
  /** Puts the timers of the code under test on this time, until the function it gives is called. */
  install(): () => void;
}

interface Timer {
  due: number;
  /** Of timers due at the same time, the order is drawn. */
  lot: number;
  what: () => void;
}

const EPOCH = Date.UTC(2026, 0, 1);

export function createVirtualTime(random: SeededRandom): VirtualTime {
  let now = 0;
  let wall = 0;
  let stamped = 0;
  let timers: Timer[] = [];
  const turn = setImmediate;

  function later(ms: number, what: () => void): () => void {
    const timer = { due: now + Math.max(0, ms), lot: random.fraction(), what };
    timers.push(timer);
    return () => {
      const at = timers.indexOf(timer);
      if (at >= 0) timers.splice(at, 1);
    };
  }

  function next(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of timers) {
      if (!first || timer.due < first.due || (timer.due === first.due && timer.lot < first.lot))
        first = timer;
    }
    return first;
  }

  const clock: Clock = {
    now: () => Math.floor(EPOCH + wall + now),
    monotonic: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const abort = () => {
          cancel();
          reject(signal?.reason);
        };
        const cancel = later(ms, () => {
          signal?.removeEventListener('abort', abort);
          resolve();
        });
        signal?.addEventListener('abort', abort, { once: true });
      }),
  };

  return {
    clock,
    stamp() {
      stamped = Math.max(stamped + 0.001, EPOCH + wall + now);
      return stamped;
    },
    elapsed: () => now,
    later,
    async pass(isOver, mostMs) {
      const until = now + mostMs;
      for (;;) {
        // Everything that can go on without time passing does so first.
        await new Promise((resolve) => turn(resolve));
        if (isOver()) return true;
        const timer = next();
        if (!timer || timer.due > until) {
          now = until;
          return false;
        }
        timers.splice(timers.indexOf(timer), 1);
        now = Math.max(now, timer.due);
        timer.what();
      }
    },
    stand(ms) {
      now += ms;
      for (const timer of timers) if (timer.due < now) timer.due = now;
    },
    setWall(byMs) {
      wall += Math.round(byMs);
    },
    clear() {
      timers = [];
    },
    install() {
      const { setTimeout: realSet, clearTimeout: realClear } = globalThis;
      const cancels = new Map<number, () => void>();
      let id = 0;
      const set = (what: () => void, ms = 0) => {
        id += 1;
        cancels.set(id, later(ms, what));
        return id;
      };
      const clear = (which: number | undefined) => {
        if (which !== undefined) cancels.get(which)?.();
      };
      Reflect.set(globalThis, 'setTimeout', set);
      Reflect.set(globalThis, 'clearTimeout', clear);
      return () => {
        Reflect.set(globalThis, 'setTimeout', realSet);
        Reflect.set(globalThis, 'clearTimeout', realClear);
      };
    },
  };
}
