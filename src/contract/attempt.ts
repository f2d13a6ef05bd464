/**
 * How an attempt ends without an answer: `held` spends nothing, `failed` spends one of `max_retries`, `final` gives up,
 * `stopped` = the daemon stops.
 */
export type AttemptEnd = 'held' | 'failed' | 'final' | 'stopped';

/** The same as the row of the attempt says it. */
export function outcomeOf(end: AttemptEnd): 'held' | 'failed' | 'abandoned' {
  switch (end) {
    case 'held':
      return 'held';
    case 'failed':
    case 'final':
      return 'failed';
    case 'stopped':
      return 'abandoned';
    default:
      return end satisfies never;
  }
}
