/** Runs at most so many tasks at once; the others wait their turn. */
export interface Limit {
  /** Starts a task that never rejects, at once; check {@link Limit.free} first. */
  start(task: () => Promise<void>): void;
  free(): number;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
}

/** `onFreed` is called after every task. */
export function createLimit(slots: number, onFreed: () => void): Limit {
  const running = new Set<Promise<void>>();
  return {
    start(task) {
      const run = task().finally(() => {
        running.delete(run);
        onFreed();
      });
      running.add(run);
    },
    free: () => Math.max(0, slots - running.size),
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}
