/** Hands every value to whoever listens right now; nobody is waited for. */
export interface Broadcast<Value> {
  send(value: Value): void;
  /** Everything sent from now on until `signal` aborts. A listener more than `limit` values behind loses the oldest. */
  listen(signal: AbortSignal, limit?: number): AsyncIterable<Value>;
}

export function createBroadcast<Value>(): Broadcast<Value> {
  const listeners = new Set<(value: Value) => void>();
  return {
    send(value) {
      for (const listener of listeners) listener(value);
    },
    listen(signal, limit = 10_000) {
      const queue: Value[] = [];
      let wake: (() => void) | undefined;
      const listener = (value: Value) => {
        queue.push(value);
        if (queue.length > limit) queue.shift();
        wake?.();
      };
      // Subscribed at once, not at the first step of the iteration: what happens in between is not missed.
      listeners.add(listener);
      const end = () => {
        listeners.delete(listener);
        wake?.();
      };
      signal.addEventListener('abort', end, { once: true });
      return (async function* () {
        try {
          while (!signal.aborted) {
            const next = queue.shift();
            if (next !== undefined) yield next;
            else {
              await new Promise<void>((resolve) => {
                wake = resolve;
              });
              wake = undefined;
            }
          }
        } finally {
          listeners.delete(listener);
          signal.removeEventListener('abort', end);
        }
      })();
    },
  };
}
