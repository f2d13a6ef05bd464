import type { Usage } from './thought-view.ts';

/** `compare`: what several models made of the same. Nothing was written. */
export interface CompareView {
  /** Null where a text was given. */
  rule: string | null;
  subjects: ComparedSubject[];
}

export interface ComparedSubject {
  /** A path, a thought's id, or the text. */
  subject: string;
  results: ComparedResult[];
}

export interface ComparedResult {
  /** `provider/model` as it was asked for. */
  model: string;
  state: 'answered' | 'unusable' | 'failed';
  /** Null where there is none. */
  answer: unknown;
  /** What is to be said of it, or why there is none. */
  reason: string;
  /** Whether it satisfies the rule's schema; null where there is none. */
  valid: boolean | null;
  firstTokenMs: number | null;
  totalMs: number | null;
  usage: Usage;
  tokensPerSecond: number | null;
  /** By the configured prices; null where there are none. */
  cost: number | null;
  /** The model's words as they came. */
  raw: string | null;
}
