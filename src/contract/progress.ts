import * as z from 'zod';

/** Whether the daemon gets on, and if not, why: a sentence each, for its owner. */
export const verdict = z.object({ ok: z.boolean(), reasons: z.array(z.string()) }).meta({ id: 'Verdict' });
export type Verdict = z.output<typeof verdict>;

/** Both verdicts, for whoever may know the reasons. */
export const progressView = z
  .object({
    live: verdict.describe('Not ok only where a restart would help.'),
    ready: verdict.describe('Whether it takes work just now.'),
  })
  .meta({ id: 'ProgressView' });
export type ProgressView = z.output<typeof progressView>;

/** What `/livez` and `/readyz` ask. */
export interface Progress {
  /** False only where a restart would help: the event loop or the database's writer is stuck. */
  live(): Promise<Verdict>;
  /** Whether it takes work just now: everything of `live`, and its disk takes changes, every root was scanned, it does not stop. */
  ready(): Promise<Verdict>;
}
