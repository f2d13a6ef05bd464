import type { FileChange, FileObservation } from './event.ts';

/** That a rule wants a thought about an event: all the journal needs to queue it in the same transaction. */
export interface RuleMatch {
  rule: string;
  version: string;
  settleMs: number;
  priority: number;
}

/** The same of a change to a file. */
export interface Match extends RuleMatch {
  /** The change as this rule sees it: a move into its paths is `added`, out of them `deleted`. */
  seenAs: FileChange;
  /**
   * Only if it replaces a thought of this rule about the file's former name that nobody has claimed: the
   * rule does not ask for moves, but what it was about to think must not get lost with the name.
   */
  carried: boolean;
}

/** An observation with what the rules make of it. */
export interface MatchedObservation extends FileObservation {
  matches: Match[];
}
