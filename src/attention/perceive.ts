import { failpoint } from '../base/failpoint.ts';
import type { Cursor, Happening, Measured, Percepts } from '../contract/happening.ts';
import type { Rule } from '../contract/rule.ts';
import type { Journal } from '../journal/journal.ts';
import { matchesOf } from './decide-happening.ts';

export interface PerceiveOptions {
  perceptions: AsyncIterable<{ batch: Percepts; accept(): void }>;
  journal: Journal;
  /** The rules in force, asked anew for each batch. */
  rules(): readonly Rule[];
  /** What the conditions of rules make of what was measured. */
  judge(measured: Measured, rules: readonly Rule[]): { happenings: Happening[]; cursors: Cursor[] };
  /** Thoughts were queued. */
  onQueued(): void;
}

/** Journals what a sense other than files perceives, each batch with the thoughts of the rules that want it. */
export async function perceive(options: PerceiveOptions): Promise<void> {
  for await (const { batch, accept } of options.perceptions) {
    failpoint('percepts:perceived');
    const rules = options.rules();
    const judged = (batch.measured ?? []).map((each) => options.judge(each, rules));
    const happenings = [...batch.happenings, ...judged.flatMap((each) => each.happenings)];
    const cursors = [...batch.cursors, ...judged.flatMap((each) => each.cursors)];
    const { sample } = batch;
    // What was measured and told nothing new is no reason for a commit.
    const isNews = happenings.length + cursors.length > 0 || sample !== undefined;
    const matched = happenings.map((each) => ({ ...each, matches: matchesOf(each, rules) }));
    const percepts = { happenings: matched, cursors, ...(sample === undefined ? {} : { sample }) };
    const queued = isNews ? await options.journal.perceive(percepts) : 0;
    failpoint('percepts:journaled');
    accept();
    if (queued > 0) options.onQueued();
  }
}
