import type { EventData } from './event-data.ts';
import type { Rule } from './rule.ts';
import type { OutputKind } from './rule-output.ts';

/**
 * How an output is applied. `create` never replaces; `replace` only what has the sha256 `before`; `append` adds a
 * marked block once; `edit` changes a part of what stands there; `move` gives a file another name; `send` leaves the
 * disk.
 */
export type OutputMode = 'create' | 'replace' | 'append' | 'edit' | 'move' | 'send';

/** One planned effect, complete before anything is touched: exact bytes, target, and what stood there. */
export interface PlannedOutput {
  position: number;
  kind: OutputKind;
  mode: OutputMode;
  /** The path as the template rendered it (path text, absolute). */
  wanted: string;
  /** The path to be written: `wanted`, or what this rule wrote for this subject before. */
  target: string;
  content: string;
  /** sha256 of what stood at the target when this was planned; null = nothing. */
  before: string | null;
  /** The file that is moved; absent for other kinds. */
  source?: string;
  /** It waits for a person; absent = it does not. */
  proposed?: true;
  /** Why it is a proposal; empty otherwise. */
  reason: string;
}

/** What this rule wrote for this subject before, as far as the ledger knows. */
export interface FormerOutput {
  position: number;
  wanted: string;
  target: string;
  /** sha256 of the bytes we put there. */
  sha256: string;
}

/** An output that is committed and waits to be applied, with what the ledger knows from a try before a crash. */
export interface PendingOutput {
  position: number;
  kind: OutputKind;
  mode: OutputMode;
  wanted: string;
  target: string;
  content: string;
  before: string | null;
  /** The file that is moved; absent for other kinds. */
  source?: string;
  ledger: LedgerEntry | null;
  /** When a try before a crash was about to send it (epoch ms); absent = none was. */
  sentAt?: number;
}

/** A time whose records were lost with a damaged database (epoch ms): what was written in it is not in the ledger. */
export interface Gap {
  from: number;
  to: number;
}

/** How the file we put somewhere looks: enough to know our own write again. */
export interface LedgerEntry {
  ino: number;
  size: number;
  mtime: number;
  /** xxh64, 16 hex digits, as the files sense hashes. */
  hash: string;
  sha256: string;
}

/** An output that was applied, with all that is kept of what it did. */
export interface AppliedOutput {
  /** Of the thought. */
  id: string;
  attempt: number;
  position: number;
  kind: OutputKind;
  mode: OutputMode;
  target: string;
  /** The file that was moved; absent for other kinds. */
  source?: string;
  /** What was written, or the appended block; null when retention has taken it. */
  content: string | null;
  /** sha256 of what stood there when it was planned; null = nothing. */
  before: string | null;
  replaced: { kind: 'nothing' } | { kind: 'bytes'; bytes: Uint8Array } | { kind: 'removed' };
  /** How the file looked that was written. */
  ledger: LedgerEntry | null;
}

/** An applied output that a person wants to be taken back. */
export interface UndoJob extends AppliedOutput {
  /** How what is put back looks, from a try before a crash; {@link NOTHING_THERE} = nothing is. */
  restored: LedgerEntry | null;
}

/** The ledger's word for a file that was taken away. */
export const NOTHING_THERE: LedgerEntry = { ino: 0, size: 0, mtime: 0, hash: '', sha256: '' };

/** What an answered thought is to do, for the planner of outputs. */
export interface PlanRequest {
  thought: string;
  rule: Rule;
  /** `at` in epoch milliseconds; the data as the rule sees it. */
  event: { at: number; data: EventData };
  captured: { text: string; format: string; truncated: boolean } | null;
  answer: unknown;
  former: FormerOutput[];
  /** `provider/model` that answered. */
  model: string;
  now: number;
}
