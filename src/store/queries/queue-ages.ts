import { LOOKED_AT } from '../../contract/queue-view.ts';
import { PRIORITY, THOUGHT_STATES, type ThoughtState } from '../../contract/thought.ts';
import { statement, type Transaction } from '../statement.ts';

/** Ready thoughts of one rule version. */
export interface ReadyFacts {
  version: string;
  rule: string;
  ready: number;
  requests: number;
  reactions: number;
  background: number;
  /** When the oldest of those that were looked at was made (epoch ms). */
  oldestAt: number | null;
}

/** How long thoughts have been in the queue (epoch ms), and what those are that are ready. */
export interface QueueAges {
  oldestAt: Partial<Record<ThoughtState, number>>;
  ready: ReadyFacts[];
}

const oldest = statement<{ state: string }, { at: number }>(
  `SELECT created_at AS at FROM thoughts WHERE state = :state ORDER BY seq LIMIT 1`,
);
const versions = statement<Record<string, never>, { version: string; rule: string; ready: number }>(
  `SELECT c.version, v.rule, c.n AS ready FROM thought_counts c JOIN rule_versions v ON v.version = c.version
   WHERE c.state = 'ready' AND c.n > 0 ORDER BY v.rule`,
);
// In the order of claiming, which an index has: as quick with a million of them as with so many.
const kinds = statement<
  { version: string; looked: number },
  { priority: number; n: number; oldestAt: number }
>(
  `SELECT priority, count(*) AS n, min(created_at) AS oldestAt FROM (
     SELECT priority, created_at FROM thoughts WHERE state = 'ready' AND version = :version ORDER BY rank, seq LIMIT :looked)
   GROUP BY priority`,
);

export async function queueAges(tx: Transaction): Promise<QueueAges> {
  const ages: QueueAges = { oldestAt: {}, ready: [] };
  for (const state of THOUGHT_STATES) {
    const first = await tx.one(oldest, { state });
    if (first) ages.oldestAt[state] = first.at;
  }
  for (const waiting of await tx.all(versions, {})) {
    const found = await tx.all(kinds, { version: waiting.version, looked: LOOKED_AT });
    const number = (priority: number) => found.find((row) => row.priority === priority)?.n ?? 0;
    ages.ready.push({
      ...waiting,
      requests: number(PRIORITY.request),
      reactions: number(PRIORITY.reaction),
      background: number(PRIORITY.background),
      oldestAt: found.length === 0 ? null : Math.min(...found.map((row) => row.oldestAt)),
    });
  }
  return ages;
}
