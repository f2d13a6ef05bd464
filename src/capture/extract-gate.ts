/** Lets `places` callers in at once, the others in the order of their coming. */
export interface Gate {
  /** Resolves with the function that gives the place back; rejects with the signal's reason when it aborts. */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function createGate(places: number): Gate {
  let free = places;
  const waiting = new Set<() => void>();

  const leave = () => {
    const [next] = waiting;
    if (next === undefined) free++;
    else {
      waiting.delete(next);
      next();
    }
  };

  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (free > 0) free--;
      else await turn(waiting, signal);
      let left = false;
      return () => {
        if (!left) leave();
        left = true;
      };
    },
  };
}

function turn(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const called = () => {
      signal.removeEventListener('abort', aborted);
      resolve();
    };
    const aborted = () => {
      waiting.delete(called);
      reject(signal.reason);
    };
    waiting.add(called);
    signal.addEventListener('abort', aborted, { once: true });
  });
}
