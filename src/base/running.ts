/** Tasks under way; the first failure among them is kept for whoever started them. */
export interface Running {
  /** Begins a task at once; `onEnded` is called when it has ended, either way. */
  start(task: () => Promise<void>, onEnded: () => void): void;
  count(): number;
  /** Throws what the first failed task threw: a loop that starts tasks looks before it starts more. */
  assertWell(): void;
  /** Resolves when nothing runs any more; throws as {@link Running.assertWell}. */
  idle(): Promise<void>;
}

export function createRunning(): Running {
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | null = null;
  const assertWell = () => {
    if (failure !== null) throw failure.error;
  };
  return {
    start(task, onEnded) {
      // Caught here: a rejection that nobody waits for yet would end the whole process.
      const run = task()
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          running.delete(run);
          onEnded();
        });
      running.add(run);
    },
    count: () => running.size,
    assertWell,
    async idle() {
      while (running.size > 0) await Promise.all(running);
      assertWell();
    },
  };
}
