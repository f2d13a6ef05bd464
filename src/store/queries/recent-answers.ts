import { statement, type Transaction } from '../statement.ts';

/** A call that was answered, as its row says. */
export interface RecentAnswer {
  provider: string;
  firstTokenMs: number | null;
  totalMs: number | null;
  outputTokens: number | null;
}

/** So many of the newest thoughts are looked at: a range of the primary key, however many there are. */
const THOUGHTS = 200;

const select = statement<Record<string, never>, RecentAnswer>(
  `SELECT a.provider, a.first_token_ms AS firstTokenMs, a.total_ms AS totalMs, a.output_tokens AS outputTokens
   FROM thoughts t JOIN attempts a ON a.thought = t.id
   WHERE t.seq > (SELECT max(seq) FROM thoughts) - ${THOUGHTS} AND a.outcome = 'answered' AND a.provider IS NOT NULL
   ORDER BY a.started_at`,
);

/** Of the newest thoughts, the oldest answer first. */
export async function recentAnswers(tx: Transaction): Promise<RecentAnswer[]> {
  return tx.all(select, {});
}
