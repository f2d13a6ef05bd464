/** Lets `places` callers in at once, the others in the order of their coming. */
export interface Gate {
  /**
   * Resolves with the function that gives the place back; rejects with the signal's reason when it aborts. `first`: it
   * goes before all who wait.
   */
  enter(signal: AbortSignal, first?: boolean): Promise<() => void>;
}

export function createGate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];

  const leave = () => {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  };

  return {
    async enter(signal, first = false) {
      signal.throwIfAborted();
      if (free > 0) free--;
      else await turn(waiting, signal, first);
      let left = false;
      return () => {
        if (!left) leave();
        left = true;
      };
    },
  };
}

function turn(waiting: (() => void)[], signal: AbortSignal, first: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const called = () => {
      signal.removeEventListener('abort', aborted);
      resolve();
    };
    const aborted = () => {
      waiting.splice(waiting.indexOf(called), 1);
      reject(signal.reason);
    };
    if (first) waiting.unshift(called);
    else waiting.push(called);
    signal.addEventListener('abort', aborted, { once: true });
  });
}
