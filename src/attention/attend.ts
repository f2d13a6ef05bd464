import { failpoint } from '../base/failpoint.ts';
import type { FileObservation, FilesBatch } from '../contract/event.ts';
import type { MatchedObservation } from '../contract/match.ts';
import type { Rule } from '../contract/rule.ts';
import type { Journal } from '../journal/journal.ts';
import { decide, questionOf } from './decide.ts';

export interface AttendOptions {
  perceptions: AsyncIterable<{ batch: FilesBatch; accept(): void }>;
  journal: Journal;
  /** The rules in force, asked anew for each batch. */
  rules(): readonly Rule[];
  /** Thoughts were queued. */
  onQueued(): void;
  /** A root's first scan is journaled whole. */
  onBaselined(root: string): void;
}

/** Journals what the files sense perceives, each batch with the thoughts of the rules that want it. */
export async function attend(options: AttendOptions): Promise<void> {
  for await (const { batch, accept } of options.perceptions) {
    failpoint('batch:perceived');
    const rules = options.rules();
    const matched = batch.observations.map((observation) => withMatches(batch.root, observation, rules));
    const queued = await options.journal.observe(batch.root, matched, batch.baselined, batch.met);
    failpoint('batch:journaled');
    accept();
    if (queued > 0) options.onQueued();
    if (batch.baselined) options.onBaselined(batch.root);
  }
}

function withMatches(root: string, observation: FileObservation, rules: readonly Rule[]): MatchedObservation {
  const question = questionOf(root, observation);
  if (!question) return { ...observation, matches: [] };
  const matches = decide(question, rules).flatMap(({ match }) => (match ? [match] : []));
  return { ...observation, matches };
}
