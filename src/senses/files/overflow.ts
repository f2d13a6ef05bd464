import { readFileSync } from 'node:fs';

/** Tells when the kernel's queue of events may have overflowed, of which Linux gives no sign to us. */
export interface OverflowGuess {
  /** One event arrived. */
  count(): void;
}

/** Events the kernel queues for one watcher before it drops them, where it does not say. */
const USUAL_QUEUE = 16_384;

/**
 * Counts events per turn of the event loop, which drains the queue whole: more than a quarter of the queue in
 * one turn means that a longer turn could have lost some. `suspect` is called once per such turn.
 */
export function createOverflowGuess(queue: number, suspect: () => void): OverflowGuess {
  const most = queue / 4;
  let events = 0;
  const endTurn = () => {
    if (events > most) suspect();
    events = 0;
  };
  return {
    count() {
      if (events === 0) setImmediate(endTurn);
      events += 1;
    },
  };
}

/** `max_queued_events` of this kernel. */
export function queueLength(file = '/proc/sys/fs/inotify/max_queued_events'): number {
  try {
    const length = Number.parseInt(readFileSync(file, 'utf8'), 10);
    return length > 0 ? length : USUAL_QUEUE;
  } catch {
    // Not Linux: nothing to read, and its watchers report their own overflows.
    return USUAL_QUEUE;
  }
}
