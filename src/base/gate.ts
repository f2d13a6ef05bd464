/** Lets so many callers in at once, the others in the order of their coming. */
export interface Gate {
  /**
   * Resolves with the function that gives the place back; rejects with the signal's reason when it aborts. `rank`: it
   * goes before all who wait with a smaller one; default 0.
   */
  enter(signal: AbortSignal, rank?: number): Promise<() => void>;
}

/** `places` may change: a place more is given when the next caller comes or goes. */
export function createGate(places: number | (() => number)): Gate {
  const room = typeof places === 'number' ? () => places : places;
  let inside = 0;
  const waiting: Waiting[] = [];

  const letIn = () => {
    while (inside < room()) {
      const next = waiting.shift();
      if (next === undefined) return;
      inside += 1;
      next.called();
    }
  };

  return {
    async enter(signal, rank = 0) {
      signal.throwIfAborted();
      const called = turn(waiting, signal, rank);
      letIn();
      await called;
      let left = false;
      return () => {
        if (left) return;
        left = true;
        inside -= 1;
        letIn();
      };
    },
  };
}

interface Waiting {
  rank: number;
  called(): void;
}

function turn(waiting: Waiting[], signal: AbortSignal, rank: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const own: Waiting = {
      rank,
      called() {
        signal.removeEventListener('abort', aborted);
        resolve();
      },
    };
    const aborted = () => {
      waiting.splice(waiting.indexOf(own), 1);
      reject(signal.reason);
    };
    const behind = waiting.findIndex((other) => other.rank < rank);
    waiting.splice(behind === -1 ? waiting.length : behind, 0, own);
    signal.addEventListener('abort', aborted, { once: true });
  });
}
