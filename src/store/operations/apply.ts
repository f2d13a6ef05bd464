import type { EventData } from '../../contract/event-data.ts';
import type { LedgerEntry, PendingOutput } from '../../contract/output.ts';
import type { OutputState, ThoughtState } from '../../contract/thought.ts';
import { getText, putBlob } from '../blob.ts';
import { tellDead } from '../dead.ts';
import { HELD, type Hold, holdOf, isHeld } from '../fence.ts';
import { appendEvent } from '../journal-event.ts';
import { ledgerOf } from '../ledger-columns.ts';
import { eventData } from '../queries/list-thoughts.ts';
import { statement, type Transaction } from '../statement.ts';

/** An answered thought whose outputs are to be applied. */
export interface AnsweredThought extends Hold {
  rule: string;
  subject: string;
  event: EventData;
  outputs: PendingOutput[];
}

const selectAnswered = statement<
  { owner: string; limit: number; but: string },
  { id: string; attempt: number; rule: string; subject: string; data: string }
>(
  `SELECT t.id, t.attempt, t.rule, t.subject, e.data FROM thoughts t JOIN events e ON e.seq = t.event
   WHERE t.state = 'answered' AND t.owner = :owner
     AND t.id NOT IN (SELECT value FROM json_each(:but)) ORDER BY t.seq LIMIT :limit`,
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
    source: string | null;
    sent_at: number | null;
    ledger_ino: number | null;
    ledger_size: number | null;
    ledger_mtime: number | null;
    ledger_hash: string | null;
    ledger_sha256: string | null;
  }
>(
  `SELECT position, kind, mode, wanted, target, content, before, source, sent_at, ledger_ino, ledger_size, ledger_mtime,
     ledger_hash, ledger_sha256
   FROM outputs WHERE thought = :id AND attempt = :attempt AND state = 'planned' ORDER BY position`,
);

/** This owner's answered thoughts with the outputs still to be applied, but for those whose ids are given. */
export async function answeredThoughts(
  tx: Transaction,
  { owner, limit, but }: { owner: string; limit: number; but: readonly string[] },
): Promise<AnsweredThought[]> {
  const thoughts: AnsweredThought[] = [];
  const rows = await tx.all(selectAnswered, { owner, limit, but: JSON.stringify(but) });
  for (const { data, ...row } of rows) {
    const outputs: PendingOutput[] = [];
    for (const { content, ...planned } of await tx.all(selectPlanned, { id: row.id, attempt: row.attempt })) {
      outputs.push({
        position: planned.position,
        kind: planned.kind,
        mode: planned.mode,
        wanted: planned.wanted,
        target: planned.target,
        before: planned.before,
        ...(planned.source === null ? {} : { source: planned.source }),
        ...(planned.sent_at === null ? {} : { sentAt: planned.sent_at }),
        content: (await getText(tx, content)) ?? '',
        ledger: ledgerOf([
          planned.ledger_ino,
          planned.ledger_size,
          planned.ledger_mtime,
          planned.ledger_hash,
          planned.ledger_sha256,
        ]),
      });
    }
    thoughts.push({ ...row, owner, event: eventData(data), outputs });
  }
  return thoughts;
}

export interface LedgerInput extends Hold {
  position: number;
  /** Where it will be put; may differ from the planned target when that name was taken meanwhile. */
  target: string;
  entry: LedgerEntry;
  /** The bytes about to be replaced; null where nothing is. */
  replaced: Uint8Array | null;
  /** Hash of what it was made from and takes the place of, as in `entry`; absent = nothing, or only what was ours. */
  from?: string;
}

const putLedger = statement<
  LedgerEntry &
    Hold & { state: string; position: number; target: string; replaced: string | null; from: string | null }
>(
  `UPDATE outputs SET target = :target, replaced = coalesce(:replaced, replaced), ledger_ino = :ino,
     ledger_size = :size, ledger_mtime = :mtime, ledger_hash = :hash, ledger_sha256 = :sha256, ledger_from = :from
   WHERE thought = :id AND attempt = :attempt AND position = :position AND state = 'planned'
     AND EXISTS (SELECT 1 FROM thoughts WHERE ${HELD})`,
);

/** Writes the ledger row just before a file takes its place; false where the thought is no longer held. */
export async function ledger(tx: Transaction, input: LedgerInput): Promise<boolean> {
  const { position, target, entry, from = null } = input;
  const replaced = input.replaced === null ? null : await putBlob(tx, input.replaced);
  const hold = { ...holdOf(input), state: 'answered' };
  return (await tx.run(putLedger, { ...hold, position, target, replaced, from, ...entry })) === 1;
}

const putSent = statement<Hold & { state: string; position: number; at: number | null }>(
  `UPDATE outputs SET sent_at = :at WHERE thought = :id AND attempt = :attempt AND position = :position
     AND state = 'planned' AND EXISTS (SELECT 1 FROM thoughts WHERE ${HELD})`,
);

/**
 * Notes that something is about to be sent (`at`, epoch ms), or, with null, that it surely was not; false where the
 * thought is no longer held.
 */
export async function markSent(
  tx: Transaction,
  input: Hold & { position: number; at: number | null },
): Promise<boolean> {
  const { position, at } = input;
  return (await tx.run(putSent, { ...holdOf(input), state: 'answered', position, at })) === 1;
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
  proposedAt: number;
}>(
  // What is applied later has the later time, also where the clock was set back: the newest of them is what stands there.
  `UPDATE outputs AS o SET state = :state, reason = :reason, target = :target, applied_at = max(:now, (
     SELECT coalesce(max(coalesce(before.undo_asked_at, before.applied_at)), 0) + 1 FROM outputs before
     WHERE before.rule = o.rule AND before.subject = o.subject AND before.wanted = o.wanted)),
     proposed_at = CASE :state WHEN 'proposed' THEN coalesce(proposed_at, :proposedAt) ELSE proposed_at END
   WHERE thought = :id AND attempt = :attempt AND position = :position`,
);
const outputStates = statement<
  { id: string; attempt: number },
  { position: number; state: OutputState; reason: string }
>(`SELECT position, state, reason FROM outputs WHERE thought = :id AND attempt = :attempt ORDER BY position`);
const finishThought = statement<
  Hold & { state: string; ended: string; reason: string | null; now: number; finishedAt: number | null },
  { rule: string }
>(
  // What is to be said of the answer comes before what was not done, but not before what failed or waits.
  `UPDATE thoughts SET state = :ended, reason = CASE WHEN :ended = 'done' AND reason <> '' THEN reason
       ELSE coalesce(:reason, reason) END, updated_at = :now, finished_at = :finishedAt,
     owner = NULL, lease_until = NULL WHERE ${HELD} RETURNING rule`,
);

/** Records what became of some of the outputs while others are held; false where no longer held. */
export async function settleOutputs(tx: Transaction, input: FinishInput): Promise<boolean> {
  if (!(await isHeld(tx, input, 'answered'))) return false;
  await settle(tx, input);
  return true;
}

async function settle(tx: Transaction, { id, attempt, outputs, now }: FinishInput): Promise<void> {
  for (const output of outputs)
    await tx.run(settleOutput, {
      id,
      attempt,
      ...output,
      now: output.state === 'applied' ? now : null,
      proposedAt: now,
    });
}

const denyLeft = statement<{ id: string; attempt: number }>(
  `UPDATE outputs SET state = 'denied', reason = 'another output of its thought failed'
   WHERE thought = :id AND attempt = :attempt AND state = 'proposed'`,
);

/**
 * Records what became of the outputs and ends the thought, with a `thought.done` event; null where no longer held.
 * `answered`: a person has approved another output meanwhile, which is still to be applied.
 */
export async function finish(tx: Transaction, input: FinishInput): Promise<ThoughtState | null> {
  const { id, attempt, now } = input;
  const before = await tx.all(outputStates, { id, attempt });
  const outputs = before.map((each) => input.outputs.find((to) => to.position === each.position) ?? each);
  if (outputs.some((output) => output.state === 'planned'))
    return (await settleOutputs(tx, input)) ? 'answered' : null;
  if (!(await isHeld(tx, input, 'answered'))) return null;
  // Told in this order: what was written, then that it is done.
  await settle(tx, input);
  const { state, reason } = outcomeOf(outputs);
  const row = await tx.one(finishThought, {
    ...holdOf(input),
    state: 'answered',
    ended: state,
    reason,
    now,
    finishedAt: state === 'proposed' ? null : now,
  });
  if (!row) return null;
  if (state === 'done') await tellDone(tx, { id, attempt, rule: row.rule, now });
  if (state === 'dead') {
    await tellDead(tx, { id, now });
    // What no thought waits with can be decided by nobody.
    await tx.run(denyLeft, { id, attempt });
  }
  return state;
}

/** Journals that a thought is done. */
export async function tellDone(
  tx: Transaction,
  { id, attempt, rule, now }: { id: string; attempt: number; rule: string; now: number },
): Promise<void> {
  await appendEvent(tx, {
    dedup: `thought:${id}#done#${attempt}`,
    sense: 'daemon',
    subject: `thought:${id}`,
    kind: 'thought.done',
    at: now,
    data: { kind: 'thought.done', thought: id, rule },
  });
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
  const left = outputs.find((output) => output.state === 'denied' || output.state === 'unknown');
  return {
    state: 'done',
    reason: left ? `output ${left.position + 1} is ${left.state}: ${left.reason}` : null,
  };
}
