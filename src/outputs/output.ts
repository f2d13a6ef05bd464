import type {
  FormerOutput,
  LedgerEntry,
  OutputKind,
  PendingOutput,
  PlannedOutput,
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
}

/** What applying needs besides the output itself. */
export interface ApplyContext {
  thought: string;
  /**
   * Commits the ledger row: called with the temporary file complete, just before it takes its place. Throws
   * `hold-lost` where the thought is no longer ours: then nothing may be touched any more.
   */
  commit(target: string, entry: LedgerEntry, replaced: Uint8Array | null): Promise<void>;
  hash(bytes: Uint8Array): string;
}

export type Applied =
  | { state: 'applied'; target: string; reason: string }
  /** Somebody changed the target since: a person decides. */
  | { state: 'proposed'; target: string; reason: string };

/**
 * One kind of output. `plan` fixes exact bytes and target without touching anything; `apply` does it, and may be
 * called again after a crash anywhere in it. Both may throw: a system error that can pass is a hold.
 */
export interface OutputHandler {
  readonly kind: OutputKind;
  plan(draft: Draft): Promise<PlannedOutput>;
  apply(output: PendingOutput, context: ApplyContext): Promise<Applied>;
}

/** Name of the temporary file beside a target; the files sense never perceives such names. */
export function temporaryBeside(target: string, thought: string, position: number): string {
  return `${target.slice(0, target.lastIndexOf('/'))}/.consciousness-${thought}-${position}.tmp`;
}
