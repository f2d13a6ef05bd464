import type { Cursor, Happening } from '../../contract/happening.ts';
import type { RuleOnLog } from '../../contract/rule-on.ts';

/** A rule on a log. */
export interface LogRule extends RuleOnLog {
  rule: string;
}

/** Follows one log for one rule. It does nothing by itself: whoever has it looks. */
export interface Follower {
  /**
   * Looks once. Where it gives something to be made durable, the next look comes after {@link Follower.accepted}, or
   * never.
   */
  look(): Promise<Look>;
  /** What the last look gave is durable. */
  accepted(): void;
  facts(): LogFacts;
  close(): Promise<void>;
}

export interface Look {
  percept: LogPercept | null;
  /** Look again so soon (ms). */
  again: number;
}

export interface LogPercept {
  happening: Happening | null;
  cursor: Cursor;
}

export interface LogFacts {
  rule: string;
  path: string;
  state: 'following' | 'absent' | 'blocked';
  /** What is to be known besides; empty where nothing is. */
  detail: string;
  /** Bytes of the file that were not read yet. */
  behind: number;
}

export const PREFIX = 'log:';
export const cursorName = (on: Pick<LogRule, 'rule' | 'path'>) => `${PREFIX}${on.rule}:${on.path}`;
