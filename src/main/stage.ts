import type { TaskGroup } from '../base/task-group.ts';

/** A part of the daemon that can be stopped on its own, in its place in the order. */
export interface Stage {
  /** Asks it to end and resolves when it has. */
  stop(): Promise<void>;
}

/** Starts a stage: it also ends when the group does, and its failure ends the group. */
export function startStage(
  group: TaskGroup,
  name: string,
  run: (signal: AbortSignal) => Promise<void>,
): Stage {
  const own = new AbortController();
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  group.spawn(name, async (groupSignal) => {
    try {
      await run(AbortSignal.any([groupSignal, own.signal]));
    } catch (error) {
      // What its own stop brought about is no failure.
      if (!own.signal.aborted) throw error;
    } finally {
      resolve();
    }
  });
  return {
    async stop() {
      own.abort();
      await ended;
    },
  };
}

/** Stages that are asked to end at the same time. */
export function together(...stages: Stage[]): Stage {
  return {
    async stop() {
      await Promise.all(stages.map((stage) => stage.stop()));
    },
  };
}
