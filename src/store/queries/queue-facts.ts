import { THOUGHT_STATES, type ThoughtState } from '../../contract/thought.ts';
import { statement, type Transaction } from '../statement.ts';
import { DECIDABLE } from './proposals.ts';

const byState = statement<Record<string, never>, { state: ThoughtState; n: number }>(
  `SELECT state, sum(n) AS n FROM thought_counts GROUP BY state`,
);
const oldest = statement<Record<string, never>, { at: number | null }>(
  `SELECT min(updated_at) AS at FROM thoughts WHERE state = 'running'`,
);
const oldestReady = statement<Record<string, never>, { at: number }>(
  `SELECT created_at AS at FROM thoughts WHERE state = 'ready' ORDER BY seq LIMIT 1`,
);
const readyByVersion = statement<Record<string, never>, { version: string; n: number }>(
  `SELECT version, n FROM thought_counts WHERE state = 'ready' AND n > 0`,
);

const proposed = statement<Record<string, never>, { waiting: number; oldestAt: number | null }>(
  `SELECT count(*) AS waiting, min(o.proposed_at) AS oldestAt FROM outputs o JOIN thoughts t ON t.id = o.thought
   WHERE ${DECIDABLE}`,
);

/** The queue at a glance, from counts that triggers keep: as quick with a million thoughts as with ten. */
export interface QueueFacts {
  queue: Record<ThoughtState, number>;
  /** Epoch ms since when the oldest running thought runs. */
  oldestRunningAt: number | null;
  /** Epoch ms at which the oldest ready thought was made. */
  oldestReadyAt: number | null;
  readyByVersion: Record<string, number>;
  /** Outputs that wait for a person, and since when the oldest does (epoch ms). */
  proposals: { waiting: number; oldestAt: number | null };
}

export async function queueFacts(tx: Transaction): Promise<QueueFacts> {
  const counted = await tx.all(byState, {});
  return {
    queue: queueOf(counted),
    oldestRunningAt: (await tx.one(oldest, {}))?.at ?? null,
    oldestReadyAt: (await tx.one(oldestReady, {}))?.at ?? null,
    readyByVersion: Object.fromEntries((await tx.all(readyByVersion, {})).map((row) => [row.version, row.n])),
    proposals: (await tx.one(proposed, {})) ?? { waiting: 0, oldestAt: null },
  };
}

function queueOf(counted: { state: ThoughtState; n: number }[]): Record<ThoughtState, number> {
  const queue = {
    waiting: 0,
    ready: 0,
    running: 0,
    answered: 0,
    proposed: 0,
    done: 0,
    dead: 0,
    cancelled: 0,
  };
  for (const state of THOUGHT_STATES) queue[state] = counted.find((row) => row.state === state)?.n ?? 0;
  return queue;
}
