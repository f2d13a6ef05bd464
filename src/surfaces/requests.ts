import type { ThoughtState } from '../contract/thought.ts';
import type { GivenAnswer } from '../store/new-thought.ts';

/** What a rule has done since a time (epoch ms; absent = ever). */
export interface OfRule {
  rule: string;
  since?: number;
}

export interface UndoableQuery extends OfRule {
  /** 1–1000. */
  limit: number;
  /** `next` of the page before. */
  cursor?: string;
}

export type UndoWhich = { id: string } | { last: true } | OfRule;

export interface ThoughtQuery {
  state?: ThoughtState;
  rule?: string;
  /** Epoch milliseconds; those that were made from then on. */
  since?: number;
  /** Epoch milliseconds; those that were made before. */
  until?: number;
  unprocessed?: boolean;
  /** About this file (absolute path text). */
  path?: string;
  /** With this in their content, subject or answer, in any case of ASCII letters. */
  search?: string;
  /** 1–1000. */
  limit: number;
  /** `next` of the page before. */
  cursor?: string;
}

export interface VitalsRequest {
  /** Epoch milliseconds. */
  since: number;
  /** 1–1000. */
  spans: number;
}

export interface ThinkRequest {
  text: string;
  /** A rule with `on: request`; omitted: the built-in `request` rule. */
  rule?: string;
  /** Idempotency key; omitted: every request is a new one. */
  key?: string;
}

/**
 * Which files: some (absolute path texts), with the answers that dry runs about them were given, or every one that the
 * rule's paths match.
 */
export type RunRequest = {
  rule: string;
  /** Also what this version of the rule has thought about already. */
  again: boolean;
  /** Idempotency key: `again` with the same one is no other time. */
  key?: string;
} & ({ paths: string[]; given?: Record<string, GivenAnswer> } | { existing: true });

export interface ProcessQuestion {
  /** A preset, a glob for names, or a part of command lines; omitted: all. */
  name?: string;
  /** Each with its children beneath it. */
  tree: boolean;
  connections: boolean;
}

export interface TryRequest {
  rule: string;
  /** Absolute path text. */
  path: string;
  /** `provider/model` in place of those of the rule. */
  model?: string;
  /** Also where that means that the document leaves this machine. */
  cloud?: boolean;
  /** Not a person asks, but a program that they let in. */
  confined?: boolean;
}

export interface RuleDraft {
  /** The rule's own name, never a path. */
  name: string;
  text: string;
}

export interface TryTextRequest extends RuleDraft {
  /** Id or prefix of the thought that it is tried on. */
  thought: string;
  model?: string;
  cloud?: boolean;
}

export interface SaveRuleRequest extends RuleDraft {
  /** Entity tags of what it may replace; null = it is new. */
  known: readonly string[] | null;
}

export interface CompareRequest {
  about:
    | { text: string }
    | { rule: string; paths: readonly string[] }
    | { rule: string; last: number }
    | { thought: string };
  models: readonly string[];
  cloud?: boolean;
  /** As of {@link TryRequest}. */
  confined?: boolean;
}

/** What a request was kept under that is to be done once. */
export interface OnceKey {
  key: string;
  route: string;
  /** Stands for what was asked. */
  digest: string;
}

/** An answer of the API before it is a response. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  /** JSON text. */
  body: string;
}
