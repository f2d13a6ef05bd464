import type { ContentHash } from '../base/content-hash.ts';
import type { Disk } from '../base/disk.ts';
import type {
  FormerOutput,
  Gap,
  LedgerEntry,
  PendingOutput,
  PlannedOutput,
  UndoJob,
} from '../contract/output.ts';
import type { RuleOutput } from '../contract/rule.ts';
import type { OutputKind } from '../contract/rule-output.ts';
import type { Folder } from './folder.ts';
import type { Rendering } from './rendering.ts';

/** An output whose templates are rendered; nothing was looked at yet. */
export interface Draft {
  thought: string;
  position: number;
  kind: OutputKind;
  /** Absolute path text beneath an output root. */
  wanted: string;
  /** The text of a file or block, or what an edit is to do, as JSON. */
  body: string;
  /** The file that the event is about; absent where it is about none. */
  source?: { path: string; hash: string | null };
  /** What this rule wrote for this subject before. */
  former: FormerOutput[];
  /** Times of which the ledger knows nothing. */
  gaps: readonly Gap[];
}

/** What applying needs besides the output itself. */
export interface ApplyContext {
  thought: string;
  /**
   * Commits the ledger row: called with the temporary file complete, just before it takes its place. Throws
   * `hold-lost` where the thought is no longer ours: then nothing may be touched any more. `from`: the hash of the file
   * that was edited, which is a person's news where nobody has perceived it yet; absent = it was ours, or is new.
   */
  commit(target: string, entry: LedgerEntry, replaced: Uint8Array | null, from?: string): Promise<void>;
  /** Records, before anything else is touched, that a person has to decide. Throws `hold-lost` as `commit` does. */
  propose(target: string, reason: string): Promise<void>;
  hash: ContentHash;
  /** Times of which the ledger knows nothing. */
  gaps: readonly Gap[];
  /** Reaches names in the target's folder, and no others. */
  disk: Disk;
  /** What a move needs besides. */
  move?: MoveContext;
  /** Makes the target's folder, with its parents, where it is not there yet. */
  makeFolder(): Promise<void>;
  /** Makes the names in the target's folder durable. */
  syncFolder(): Promise<void>;
}

/** Where a file is moved from, and to. */
export interface MoveContext {
  from: Folder;
  to: Folder;
  /** Whether the file became what it is by edits of ours alone, from what has the hash `from`. */
  isOurs(file: Omit<LedgerEntry, 'sha256'> & { from: string }): Promise<boolean>;
  /** Throws {@link NotYet} while other thoughts about the file have not read it. */
  awaitReaders(): Promise<void>;
}

export type Applied =
  | { state: 'applied'; target: string; reason: string }
  /** Somebody changed the target since: a person decides. */
  | { state: 'proposed'; target: string; reason: string }
  /** It cannot be done any more, and nobody has to decide anything. */
  | { state: 'denied'; target: string; reason: string };

/** What taking an output back needs besides the output itself. */
export interface UndoContext extends Pick<ApplyContext, 'disk' | 'hash' | 'syncFolder'> {
  /**
   * Commits how what is put back looks, just before it takes its place. Throws `hold-lost` where nobody asks for it any
   * more: then nothing may be touched. `from` as in {@link ApplyContext.commit}.
   */
  restored(entry: LedgerEntry, from?: string): Promise<void>;
  /** Of a move: where it came from, and where it is. */
  move?: Pick<MoveContext, 'from' | 'to'>;
}

/** A whole file as it would be; `note`: what is to be said of it. */
export interface After {
  bytes: Uint8Array;
  note: string;
}

/** `reason` says exactly why it stays. */
export type Undone = { undone: true } | { undone: false; reason: string };

/**
 * One kind of output. `plan` fixes exact bytes and target without touching anything; `planUnseen` does so where what
 * stands there cannot be looked at now, as strictly as it may turn out; `apply` does it, and may be called again after a
 * crash anywhere in it, and so may `undo`, which puts back what was there before, or leaves everything as it is where a
 * person has changed it since. All may throw: a system error that can pass is a hold.
 */
export interface OutputHandler {
  readonly kind: OutputKind;
  /** The draft's `body`; omitted: the rendered `body` of the rule. */
  compose?(output: RuleOutput, rendering: Rendering): string;
  plan(draft: Draft, disk: Disk): Promise<PlannedOutput>;
  planUnseen(draft: Draft): PlannedOutput;
  /** The whole file once a thought's planned output is applied to what stands there; omitted: its content. */
  after?(
    standing: Uint8Array | null,
    output: Pick<PlannedOutput, 'content' | 'position' | 'target'>,
    thought: string,
  ): After;
  /** Plans a proposal, whose bytes are the draft's body, as things stand now; omitted: as it was planned. */
  review?(draft: Draft, disk: Disk): Promise<PlannedOutput>;
  /** What is written where a person edits what was proposed; omitted: it cannot be edited. */
  edited?(proposed: string, content: string): string;
  apply(output: PendingOutput, context: ApplyContext): Promise<Applied>;
  undo(job: UndoJob, context: UndoContext): Promise<Undone>;
}

/** What sending needs besides the output itself. */
export interface SendContext {
  thought: string;
  rule: string;
  /** Why what it is about does not leave this machine; null = it may. */
  stays: string | null;
  /**
   * Commits that it is about to be sent, right before it is: found again after a crash, it is never sent again. Throws
   * `hold-lost` where the thought is no longer ours.
   */
  markSent(): Promise<void>;
  /** Aborts where the daemon stops. */
  signal: AbortSignal;
}

/**
 * What became of it. `denied`: nothing was sent, and nothing will be as things are configured, or on this machine.
 * `unknown`: it may have arrived; nobody here can tell, so that it is not repeated. `held`: surely nothing was sent, and
 * it is tried again, after `retryMs` where the other side has asked for that.
 */
export type Sent =
  | { state: 'applied' | 'failed' | 'unknown' | 'denied'; reason: string }
  | { state: 'held'; reason: string; retryMs?: number };

/** One kind of output that leaves the disk, as it is planned. */
export interface SendHandler {
  readonly kind: SentKind;
  /** Where it goes, for people: `desktop`, `webhook:NAME`, … */
  target(output: RuleOutput): string;
  /** Exactly what is sent. Throws `template-failed`, `output-not-json`, `output-too-large`. */
  compose(output: RuleOutput, rendering: Rendering): string;
}

/** How outputs of one kind are sent. None can be taken back, and none is sent twice. */
export interface Sender {
  send(output: PendingOutput, context: SendContext): Promise<Sent>;
  /** Where a person looks whether it arrived, after a crash while it was being sent. */
  doubt(target: string): string;
}

export type SentKind = 'notify' | 'webhook' | 'command';
export type Senders = Readonly<Record<SentKind, Sender>>;

/** Nothing was done: the thought waits, answered, and is tried again. */
export class NotYet extends Error {
  readonly retryMs: number;
  constructor(reason: string, retryMs: number) {
    super(reason);
    this.retryMs = retryMs;
  }
}

/** Name of the temporary file beside a target; the files sense never perceives such names. */
export function temporaryBeside(target: string, thought: string, position: number): string {
  return `${target.slice(0, target.lastIndexOf('/'))}/.consciousness-${thought}-${position}.tmp`;
}
