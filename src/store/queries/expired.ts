import { MAY_GO } from '../operations/retain.ts';
import { statement, type Transaction } from '../statement.ts';

/** Rows looked at by one question: it is over before anybody who asks something else has waited. */
const WINDOW = 2000;

export interface ExpiredQuery {
  /** Where the window before ended; 0 for the first. */
  after: number;
  /** Epoch ms; thoughts that ended before, by what goes of them. */
  capturedBefore: number;
  workBefore: number;
  /** Those without an answer go altogether. */
  wholeBefore: number;
}

/** One window of rows, and what of it may go. */
export interface Expired<Row> {
  rows: Row[];
  /** Where the next window begins; null after the last. */
  next: number | null;
}

const thoughtsIn = statement<
  {
    after: number;
    upTo: number;
    capturedBefore: number;
    workBefore: number;
    wholeBefore: number;
  },
  { id: string; whole: number }
>(
  `SELECT t.id, (t.answer IS NULL AND t.state <> 'done' AND t.finished_at < :wholeBefore
     AND NOT EXISTS (SELECT 1 FROM outputs WHERE thought = t.id)) AS whole
   FROM thoughts t
   WHERE t.seq > :after AND t.seq <= :upTo AND t.state IN ('done', 'dead', 'cancelled') AND (
     (t.captured IS NOT NULL AND t.finished_at < :capturedBefore)
     OR (t.finished_at < :workBefore AND EXISTS (
       SELECT 1 FROM attempts WHERE thought = t.id AND (prompt IS NOT NULL OR raw IS NOT NULL)))
     OR (t.answer IS NULL AND t.state <> 'done' AND t.finished_at < :wholeBefore
       AND NOT EXISTS (SELECT 1 FROM outputs WHERE thought = t.id)))`,
);
const lastThought = statement<Record<string, never>, { last: number | null }>(
  `SELECT max(seq) AS last FROM thoughts`,
);

/** Thoughts of which something may go, `whole` = all of it. */
export async function expiredThoughts(
  tx: Transaction,
  query: ExpiredQuery,
): Promise<Expired<{ id: string; whole: number }>> {
  const last = (await tx.one(lastThought, {}))?.last ?? 0;
  const upTo = query.after + WINDOW;
  return { rows: await tx.all(thoughtsIn, { ...query, upTo }), next: upTo < last ? upTo : null };
}

const eventsIn = statement<{ after: number; upTo: number; before: number }, { seq: number }>(
  `SELECT e.seq FROM events e WHERE e.seq > :after AND e.seq <= :upTo AND ${MAY_GO}`,
);
const firstEvent = statement<{ after: number }, { seq: number; at: number }>(
  `SELECT seq, at FROM events WHERE seq > :after ORDER BY seq LIMIT 1`,
);

/** Events come a little out of order; a window that begins this much later than the bound has nothing old in it. */
const DISORDER_MS = 24 * 60 * 60 * 1000;

/** Events of before (epoch ms) that may go. */
export async function expiredEvents(
  tx: Transaction,
  query: { after: number; before: number },
): Promise<Expired<number>> {
  const first = await tx.one(firstEvent, { after: query.after });
  if (!first || first.at >= query.before + DISORDER_MS) return { rows: [], next: null };
  const window = { after: first.seq - 1, upTo: first.seq - 1 + WINDOW, before: query.before };
  const rows = await tx.all(eventsIn, window);
  return { rows: rows.map((row) => row.seq), next: window.upTo };
}
