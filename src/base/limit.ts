import { createRunning, type Running } from './running.ts';

/** Runs at most so many tasks at once; the others wait their turn. */
export interface Limit extends Pick<Running, 'assertWell' | 'idle'> {
  /** Starts a task at once; check {@link Limit.free} first. */
  start(task: () => Promise<void>): void;
  free(): number;
}

/** `onFreed` is called after every task. */
export function createLimit(slots: number, onFreed: () => void): Limit {
  const running = createRunning();
  return {
    start: (task) => running.start(task, onFreed),
    free: () => Math.max(0, slots - running.count()),
    assertWell: running.assertWell,
    idle: running.idle,
  };
}
