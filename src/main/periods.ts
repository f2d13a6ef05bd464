import { type Config, periodMs } from '../contract/config.ts';
import type { RetentionPeriods } from '../journal/retain.ts';

/** How long things are kept, as it is configured. */
export function periodsOf({ values: { retention } }: Config): RetentionPeriods {
  return {
    captured: periodMs(retention.captured),
    thoughts: periodMs(retention.thoughts),
    undo: periodMs(retention.undo),
    journal: periodMs(retention.journal),
    vitals: periodMs(retention.vitals),
  };
}
