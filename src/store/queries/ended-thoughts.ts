import { statement, type Transaction } from '../statement.ts';

/** A thought that was done or given up, with the event that says so. */
export interface EndedRow {
  seq: number;
  dedup: string;
  kind: string;
  at: number;
  thought: string;
  rule: string;
  subject: string;
  reason: string;
  content: string;
  /** JSON text. */
  answer: string | null;
  /** The sense whose event it was about. */
  sense: string;
}

const newestSeq = statement<Record<string, never>, { seq: number | null }>(
  `SELECT max(seq) AS seq FROM events`,
);
const selectEnded = statement<{ after: number; upTo: number; limit: number }, EndedRow>(
  `SELECT e.seq, e.dedup, e.kind, e.at, t.id AS thought, t.rule, t.subject, t.content, t.answer, about.sense,
     coalesce(json_extract(e.data, '$.reason'), '') AS reason
   FROM events e JOIN thoughts t ON t.id = json_extract(e.data, '$.thought') JOIN events about ON about.seq = t.event
   WHERE e.seq > :after AND e.seq <= :upTo AND e.sense = 'daemon' AND e.kind IN ('thought.done', 'thought.dead')
   ORDER BY e.seq LIMIT :limit`,
);

/** The newest event; 0 where there is none. */
export async function newestEvent(tx: Transaction): Promise<number> {
  return (await tx.one(newestSeq, {}))?.seq ?? 0;
}

/** Thoughts that have ended since an event, oldest first, and up to which event was looked. */
export async function endedThoughts(
  tx: Transaction,
  { after, limit }: { after: number; limit: number },
): Promise<{ upTo: number; ended: EndedRow[] }> {
  const newest = await newestEvent(tx);
  const ended = await tx.all(selectEnded, { after, upTo: newest, limit });
  return { upTo: ended.length < limit ? newest : (ended.at(-1)?.seq ?? newest), ended };
}
