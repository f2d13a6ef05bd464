import { setTimeout as sleep } from 'node:timers/promises';

/** Time as an argument, so that a whole daemon can run on virtual time. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch: for records and for what people see. */
  now(): number;
  /** Monotonic milliseconds from an arbitrary origin: for durations. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason as soon as it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await sleep(ms, undefined, signal ? { signal } : {});
  },
};
