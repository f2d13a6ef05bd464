import type { Disk } from '../base/disk.ts';
import type {
  FormerOutput,
  Gap,
  LedgerEntry,
  OutputKind,
  PendingOutput,
  PlannedOutput,
  UndoJob,
} from '../contract/output.ts';

/** An output whose templates are rendered; nothing was looked at yet. */
export interface Draft {
  thought: string;
  position: number;
  kind: OutputKind;
  /** Absolute path text beneath an output root. */
  wanted: string;
  body: string;
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
   * `hold-lost` where the thought is no longer ours: then nothing may be touched any more.
   */
  commit(target: string, entry: LedgerEntry, replaced: Uint8Array | null): Promise<void>;
  /** Records, before anything else is touched, that a person has to decide. Throws `hold-lost` as `commit` does. */
  propose(target: string, reason: string): Promise<void>;
  hash(bytes: Uint8Array): string;
  /** Times of which the ledger knows nothing. */
  gaps: readonly Gap[];
  /** The target's. */
  disk: Disk;
  /** Makes the target's folder, with its parents, where it is not there yet. */
  makeFolder(): Promise<void>;
  /** Makes the names in the target's folder durable. */
  syncFolder(): Promise<void>;
}

export type Applied =
  | { state: 'applied'; target: string; reason: string }
  /** Somebody changed the target since: a person decides. */
  | { state: 'proposed'; target: string; reason: string };

/** What taking an output back needs besides the output itself. */
export interface UndoContext extends Pick<ApplyContext, 'disk' | 'hash' | 'syncFolder'> {
  /**
   * Commits how what is put back looks, just before it takes its place. Throws `hold-lost` where nobody asks for it any
   * more: then nothing may be touched.
   */
  restored(entry: LedgerEntry): Promise<void>;
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
  plan(draft: Draft, disk: Disk): Promise<PlannedOutput>;
  planUnseen(draft: Draft): PlannedOutput;
  apply(output: PendingOutput, context: ApplyContext): Promise<Applied>;
  undo(job: UndoJob, context: UndoContext): Promise<Undone>;
}

/** Name of the temporary file beside a target; the files sense never perceives such names. */
export function temporaryBeside(target: string, thought: string, position: number): string {
  return `${target.slice(0, target.lastIndexOf('/'))}/.consciousness-${thought}-${position}.tmp`;
}
