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
  sleep: (ms, signal) => sleep(ms, signal, true),
};

/** The same for what only watches over something else: its sleeps keep no process alive that has nothing else to do. */
export const watchingClock: Clock = { ...systemClock, sleep: (ms, signal) => sleep(ms, signal, false) };

function sleep(ms: number, signal: AbortSignal | undefined, keepsAlive: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (!keepsAlive) timer.unref();
    signal?.addEventListener('abort', abort, { once: true });
  });
}
