import type { AppliedOutput, LedgerEntry, UndoJob } from '../../contract/output.ts';
import type { OutputState } from '../../contract/thought.ts';
import { getBytes, getText } from '../blob.ts';
import { ledgerOf } from '../ledger-columns.ts';
import { statement, type Transaction } from '../statement.ts';

/** One output of one attempt. */
export interface OutputKey {
  id: string;
  attempt: number;
  position: number;
}

const askEach = statement<{ id: string; since: number; now: number }>(
  // Later than what it takes back, also where the clock was set back.
  `UPDATE outputs SET undo_asked_at = coalesce(undo_asked_at, max(:now, coalesce(applied_at, 0) + 1)), reason = ''
   WHERE thought = :id AND state = 'applied' AND applied_at >= :since`,
);
const statesOf = statement<
  { id: string },
  { position: number; kind: string; target: string; state: OutputState }
>(
  `SELECT o.position, o.kind, o.target, o.state FROM outputs o JOIN thoughts t ON t.id = o.thought AND t.attempt = o.attempt
   WHERE t.id = :id ORDER BY o.position`,
);

/** What is not applied, and so cannot be taken back. */
export interface NotApplied {
  position: number;
  kind: string;
  target: string;
  state: OutputState;
}

/**
 * Asks durably for all outputs of a thought that were applied since (epoch ms; null = ever) to be taken back; which of
 * its outputs are not applied.
 */
export async function askUndo(
  tx: Transaction,
  { id, since, now }: { id: string; since: number | null; now: number },
): Promise<{ asked: number; others: NotApplied[] }> {
  const asked = await tx.run(askEach, { id, since: since ?? 0, now });
  const others = (await tx.all(statesOf, { id })).filter(({ state }) => state !== 'applied');
  return { asked, others };
}

interface AppliedColumns extends Omit<AppliedOutput, 'source' | 'content' | 'replaced' | 'ledger'> {
  source: string | null;
  content: string;
  replaced: string | null;
  ledger_ino: number | null;
  ledger_size: number | null;
  ledger_mtime: number | null;
  ledger_hash: string | null;
  ledger_sha256: string | null;
}

interface JobColumns extends AppliedColumns {
  undo_ino: number | null;
  undo_size: number | null;
  undo_mtime: number | null;
  undo_hash: string | null;
  undo_sha256: string | null;
}

const APPLIED_COLUMNS = `o.thought AS id, o.attempt, o.position, o.kind, o.mode, o.target, o.source, o.content, o.before,
  o.replaced, o.ledger_ino, o.ledger_size, o.ledger_mtime, o.ledger_hash, o.ledger_sha256`;

const jobs = statement<{ thought: string | null; limit: number }, JobColumns>(
  `SELECT ${APPLIED_COLUMNS}, o.undo_ino, o.undo_size, o.undo_mtime, o.undo_hash, o.undo_sha256
   FROM outputs o WHERE o.state = 'applied' AND o.undo_asked_at IS NOT NULL AND (:thought IS NULL OR o.thought = :thought)
   ORDER BY o.applied_at DESC, o.position DESC LIMIT :limit`,
);

/** Outputs that are to be taken back, of one thought or of all, the last one done first. */
export async function undoJobs(
  tx: Transaction,
  input: { thought: string | null; limit: number },
): Promise<UndoJob[]> {
  const found: UndoJob[] = [];
  for (const row of await tx.all(jobs, input)) {
    found.push({
      ...(await appliedOf(tx, row)),
      restored: ledgerOf([row.undo_ino, row.undo_size, row.undo_mtime, row.undo_hash, row.undo_sha256]),
    });
  }
  return found;
}

const applied = statement<{ id: string }, AppliedColumns>(
  `SELECT ${APPLIED_COLUMNS} FROM outputs o JOIN thoughts t ON t.id = o.thought AND t.attempt = o.attempt
   WHERE o.thought = :id AND o.state IN ('applied', 'undone') ORDER BY o.position`,
);

/** What a thought's latest attempt has done, also where it was taken back since. */
export async function appliedOutputs(tx: Transaction, input: { id: string }): Promise<AppliedOutput[]> {
  const found: AppliedOutput[] = [];
  for (const row of await tx.all(applied, input)) found.push(await appliedOf(tx, row));
  return found;
}

async function appliedOf(tx: Transaction, row: AppliedColumns): Promise<AppliedOutput> {
  const { id, attempt, position, kind, mode, target, source, before } = row;
  return {
    ...{ id, attempt, position, kind, mode, target, before },
    ...(source === null ? {} : { source }),
    content: await getText(tx, row.content),
    replaced: await replacedBytes(tx, row.replaced),
    ledger: ledgerOf([row.ledger_ino, row.ledger_size, row.ledger_mtime, row.ledger_hash, row.ledger_sha256]),
  };
}

async function replacedBytes(tx: Transaction, hash: string | null): Promise<UndoJob['replaced']> {
  if (hash === null) return { kind: 'nothing' };
  const bytes = await getBytes(tx, hash);
  return bytes === null ? { kind: 'removed' } : { kind: 'bytes', bytes };
}

const putRestored = statement<LedgerEntry & OutputKey & { from: string | null }>(
  `UPDATE outputs SET undo_ino = :ino, undo_size = :size, undo_mtime = :mtime, undo_hash = :hash, undo_sha256 = :sha256,
     undo_from = :from
   WHERE thought = :id AND attempt = :attempt AND position = :position AND state = 'applied'
     AND undo_asked_at IS NOT NULL`,
);

/** Records how what is put back looks, just before it takes its place; false where nobody asks for it any more. */
export async function restored(
  tx: Transaction,
  input: OutputKey & { entry: LedgerEntry; from?: string },
): Promise<boolean> {
  const { id, attempt, position, entry, from = null } = input;
  return (await tx.run(putRestored, { id, attempt, position, from, ...entry })) === 1;
}

const undone = statement<OutputKey & { now: number }>(
  `UPDATE outputs SET state = 'undone', reason = '', undone_at = :now
   WHERE thought = :id AND attempt = :attempt AND position = :position AND state = 'applied'`,
);
const notUndone = statement<OutputKey & { reason: string }>(
  `UPDATE outputs SET undo_asked_at = NULL, reason = :reason, undo_ino = NULL, undo_size = NULL, undo_mtime = NULL,
     undo_hash = NULL, undo_sha256 = NULL
   WHERE thought = :id AND attempt = :attempt AND position = :position AND state = 'applied'`,
);

/** Records that an output was taken back, or (with the reason) that it stays. */
export async function settleUndo(
  tx: Transaction,
  input: OutputKey & { undone: boolean; reason: string; now: number },
): Promise<void> {
  const { id, attempt, position } = input;
  if (input.undone) await tx.run(undone, { id, attempt, position, now: input.now });
  else await tx.run(notUndone, { id, attempt, position, reason: input.reason });
}
