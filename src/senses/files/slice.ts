/** Keeps synchronous work short: after about 10 ms the event loop, which hears the watchers, has its turn. */
export interface Slice {
  over(): boolean;
  rest(): Promise<void>;
}

const LENGTH_MS = 10;

export function createSlice(): Slice {
  let began = performance.now();
  return {
    over: () => performance.now() - began > LENGTH_MS,
    async rest() {
      await new Promise<void>((resolve) => setImmediate(resolve));
      began = performance.now();
    },
  };
}
