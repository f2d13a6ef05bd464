import { statement, type Transaction } from '../statement.ts';
import { dropParts } from './parts.ts';

const nextEpoch = statement<Record<string, never>, { epoch: number }>(
  `UPDATE retention SET epoch = epoch + 1 RETURNING epoch`,
);

/** Begins a pass of retention: what is stored from now on is told from what nothing needed before. Returns its epoch. */
export async function beginRetention(tx: Transaction): Promise<number> {
  return (await tx.one(nextEpoch, {}))?.epoch ?? 0;
}

const ENDED = `state IN ('done', 'dead', 'cancelled')`;

const clearText = statement<{ id: string; before: number }>(
  `UPDATE thoughts SET captured = NULL
   WHERE id = :id AND captured IS NOT NULL AND ${ENDED} AND finished_at < :before`,
);
const clearAttempts = statement<{ id: string; before: number }>(
  `UPDATE attempts SET prompt = NULL, raw = NULL WHERE thought = :id AND (prompt IS NOT NULL OR raw IS NOT NULL)
     AND EXISTS (SELECT 1 FROM thoughts WHERE id = :id AND ${ENDED} AND finished_at < :before)`,
);

const clearParts = statement<{ id: string; before: number }>(
  `DELETE FROM parts WHERE thought = :id
     AND EXISTS (SELECT 1 FROM thoughts WHERE id = :id AND ${ENDED} AND finished_at < :before)`,
);

/**
 * Takes the captured text and the working data from thoughts that ended before (epoch ms); answers, outputs and the
 * facts about attempts stay. One that was put back meanwhile keeps everything.
 */
export async function clearThoughts(
  tx: Transaction,
  input: { ids: string[]; capturedBefore: number; workBefore: number },
): Promise<void> {
  for (const id of input.ids) {
    await tx.run(clearText, { id, before: input.capturedBefore });
    await tx.run(clearAttempts, { id, before: input.workBefore });
    await tx.run(clearParts, { id, before: input.workBefore });
  }
}

const dropThought = statement<{ id: string; before: number }>(
  `DELETE FROM thoughts WHERE id = :id AND answer IS NULL AND state IN ('dead', 'cancelled') AND finished_at < :before
     AND NOT EXISTS (SELECT 1 FROM outputs WHERE thought = :id)`,
);
const dropAttempts = statement<{ id: string }>(`DELETE FROM attempts WHERE thought = :id`);

/** Removes thoughts that ended without an answer before (epoch ms), and never wrote anything. */
export async function dropThoughts(tx: Transaction, input: { ids: string[]; before: number }): Promise<void> {
  for (const id of input.ids) {
    if ((await tx.run(dropThought, { id, before: input.before })) !== 1) continue;
    await tx.run(dropAttempts, { id });
    await dropParts(tx, id);
  }
}

const dropBlob = statement<{ hash: string; epoch: number }>(
  `DELETE FROM blobs WHERE hash = :hash AND used < :epoch`,
);

/** Removes blobs that nothing needed when it was looked, but for those that were stored again since. */
export async function dropBlobs(tx: Transaction, input: { hashes: string[]; epoch: number }): Promise<void> {
  for (const hash of input.hashes) await tx.run(dropBlob, { hash, epoch: input.epoch });
}

/** Which events may go: old, of no thought, and not the newest word about something that thoughts are about. */
export const MAY_GO = `e.at < :before
  AND NOT EXISTS (SELECT 1 FROM thoughts t WHERE t.subject = e.subject AND t.event = e.seq)
  AND (NOT EXISTS (SELECT 1 FROM thoughts t WHERE t.subject = e.subject)
    OR EXISTS (SELECT 1 FROM events n WHERE n.subject = e.subject AND n.seq > e.seq))`;

const dropEvent = statement<{ seq: number; before: number }>(
  `DELETE FROM events AS e WHERE e.seq = :seq AND ${MAY_GO}`,
);

/** Removes events of before (epoch ms) that nothing needs. */
export async function dropEvents(tx: Transaction, input: { seqs: number[]; before: number }): Promise<void> {
  for (const seq of input.seqs) await tx.run(dropEvent, { seq, before: input.before });
}
