import type { LedgerEntry, PendingOutput } from '../../contract/output.ts';
import type { OutputState, ThoughtState } from '../../contract/thought.ts';
import { getText, putBlob } from '../blob.ts';
import { type Hold, isHeld } from '../fence.ts';
import { appendEvent } from '../journal-event.ts';
import { statement, type Transaction } from '../statement.ts';

/** An answered thought whose outputs are to be applied. */
export interface AnsweredThought extends Hold {
  rule: string;
  subject: string;
  outputs: PendingOutput[];
}

const selectAnswered = statement<
  { owner: string; limit: number },
  { id: string; attempt: number; rule: string; subject: string }
>(
  `SELECT id, attempt, rule, subject FROM thoughts WHERE state = 'answered' AND owner = :owner ORDER BY seq LIMIT :limit`,
);
const selectPlanned = statement<
  { id: string; attempt: number },
  {
    position: number;
    kind: PendingOutput['kind'];
    mode: PendingOutput['mode'];
    wanted: string;
    target: string;
    content: string;
    before: string | null;
    ledger_ino: number | null;
    ledger_size: number | null;
    ledger_mtime: number | null;
    ledger_hash: string | null;
    ledger_sha256: string | null;
  }
>(
  `SELECT position, kind, mode, wanted, target, content, before, ledger_ino, ledger_size, ledger_mtime,
     ledger_hash, ledger_sha256
   FROM outputs WHERE thought = :id AND attempt = :attempt AND state = 'planned' ORDER BY position`,
);

/** This owner's answered thoughts with the outputs still to be applied. */
export async function answeredThoughts(
  tx: Transaction,
  input: { owner: string; limit: number },
): Promise<AnsweredThought[]> {
  const thoughts: AnsweredThought[] = [];
  for (const row of await tx.all(selectAnswered, input)) {
    const outputs: PendingOutput[] = [];
    for (const { content, ...planned } of await tx.all(selectPlanned, { id: row.id, attempt: row.attempt })) {
      outputs.push({
        position: planned.position,
        kind: planned.kind,
        mode: planned.mode,
        wanted: planned.wanted,
        target: planned.target,
        before: planned.before,
        content: (await getText(tx, content)) ?? '',
        ledger: ledgerOf(planned),
      });
    }
    thoughts.push({ ...row, owner: input.owner, outputs });
  }
  return thoughts;
}

function ledgerOf(row: {
  ledger_ino: number | null;
  ledger_size: number | null;
  ledger_mtime: number | null;
  ledger_hash: string | null;
  ledger_sha256: string | null;
}): LedgerEntry | null {
  const {
    ledger_ino: ino,
    ledger_size: size,
    ledger_mtime: mtime,
    ledger_hash: hash,
    ledger_sha256: sha256,
  } = row;
  if (ino === null || size === null || mtime === null || hash === null || sha256 === null) return null;
  return { ino, size, mtime, hash, sha256 };
}

export interface LedgerInput extends Hold {
  position: number;
  /** Where it will be put; may differ from the planned target when that name was taken meanwhile. */
  target: string;
  entry: LedgerEntry;
  /** The bytes about to be replaced; null where nothing is. */
  replaced: Uint8Array | null;
}

const putLedger = statement<
  LedgerEntry & { id: string; attempt: number; position: number; target: string; replaced: string | null }
>(
  `UPDATE outputs SET target = :target, replaced = coalesce(:replaced, replaced), ledger_ino = :ino,
     ledger_size = :size, ledger_mtime = :mtime, ledger_hash = :hash, ledger_sha256 = :sha256
   WHERE thought = :id AND attempt = :attempt AND position = :position AND state = 'planned'`,
);

/** Writes the ledger row just before a file takes its place; false where the thought is no longer held. */
export async function ledger(tx: Transaction, input: LedgerInput): Promise<boolean> {
  if (!(await isHeld(tx, input, 'answered'))) return false;
  const replaced = input.replaced === null ? null : await putBlob(tx, input.replaced);
  await tx.run(putLedger, {
    id: input.id,
    attempt: input.attempt,
    position: input.position,
    target: input.target,
    replaced,
    ...input.entry,
  });
  return true;
}

export interface FinishInput extends Hold {
  outputs: { position: number; state: OutputState; reason: string; target: string }[];
  now: number;
}

const settleOutput = statement<{
  id: string;
  attempt: number;
  position: number;
  state: string;
  reason: string;
  target: string;
  now: number | null;
}>(
  `UPDATE outputs SET state = :state, reason = :reason, target = :target, applied_at = :now
   WHERE thought = :id AND attempt = :attempt AND position = :position`,
);
const outputStates = statement<
  { id: string; attempt: number },
  { position: number; state: OutputState; reason: string }
>(`SELECT position, state, reason FROM outputs WHERE thought = :id AND attempt = :attempt ORDER BY position`);
const finishThought = statement<
  { id: string; state: string; reason: string | null; now: number; finishedAt: number | null },
  { rule: string; version: string; event: number }
>(
  `UPDATE thoughts SET state = :state, reason = coalesce(:reason, reason), updated_at = :now, finished_at = :finishedAt,
     owner = NULL, lease_until = NULL WHERE id = :id RETURNING rule, version, event`,
);

/** Records what became of some of the outputs while others are held; false where no longer held. */
export async function settleOutputs(tx: Transaction, input: FinishInput): Promise<boolean> {
  if (!(await isHeld(tx, input, 'answered'))) return false;
  const { id, attempt, now } = input;
  for (const output of input.outputs) {
    await tx.run(settleOutput, { id, attempt, ...output, now: output.state === 'applied' ? now : null });
  }
  return true;
}

/** Records what became of the outputs and ends the thought, with a `thought.done` event; null where no longer held. */
export async function finish(tx: Transaction, input: FinishInput): Promise<ThoughtState | null> {
  if (!(await settleOutputs(tx, input))) return null;
  const { id, attempt, now } = input;
  const outputs = await tx.all(outputStates, { id, attempt });
  const { state, reason } = outcomeOf(outputs);
  const row = await tx.one(finishThought, {
    id,
    state,
    reason,
    now,
    finishedAt: state === 'proposed' ? null : now,
  });
  if (row && state === 'done') {
    await appendEvent(tx, {
      dedup: `thought:${id}#done#${input.attempt}`,
      sense: 'daemon',
      subject: `thought:${id}`,
      kind: 'thought.done',
      at: now,
      data: { thought: id, rule: row.rule },
    });
  }
  return state;
}

function outcomeOf(outputs: { position: number; state: OutputState; reason: string }[]): {
  state: 'done' | 'proposed' | 'dead';
  /** Null keeps what the answer brought. */
  reason: string | null;
} {
  const failed = outputs.find((output) => output.state === 'failed');
  if (failed) return { state: 'dead', reason: `output ${failed.position + 1} failed: ${failed.reason}` };
  const proposed = outputs.find((output) => output.state === 'proposed');
  if (proposed) return { state: 'proposed', reason: `output ${proposed.position + 1}: ${proposed.reason}` };
  return { state: 'done', reason: null };
}
