import { THOUGHT_STATES, type ThoughtState } from '../../contract/thought.ts';
import { statement, type Transaction } from '../statement.ts';

const byState = statement<Record<string, never>, { state: ThoughtState; n: number }>(
  `SELECT state, count(*) AS n FROM thoughts GROUP BY state`,
);
const oldest = statement<Record<string, never>, { at: number | null }>(
  `SELECT min(updated_at) AS at FROM thoughts WHERE state = 'running'`,
);
const readyByVersion = statement<Record<string, never>, { version: string; n: number }>(
  `SELECT version, count(*) AS n FROM thoughts WHERE state = 'ready' GROUP BY version`,
);

/** The queue at a glance. */
export interface QueueFacts {
  queue: Record<ThoughtState, number>;
  /** Epoch ms since when the oldest running thought runs. */
  oldestRunningAt: number | null;
  readyByVersion: Record<string, number>;
}

export async function queueFacts(tx: Transaction): Promise<QueueFacts> {
  const counted = await tx.all(byState, {});
  return {
    queue: queueOf(counted),
    oldestRunningAt: (await tx.one(oldest, {}))?.at ?? null,
    readyByVersion: Object.fromEntries((await tx.all(readyByVersion, {})).map((row) => [row.version, row.n])),
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
