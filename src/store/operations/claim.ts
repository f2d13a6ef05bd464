import { getText } from '../blob.ts';
import { statement, type Transaction } from '../statement.ts';

/** What may be claimed now: rule versions whose provider is online, and how many calls it still takes. */
export interface Lane {
  versions: string[];
  slots: number;
}

export interface ClaimInput {
  owner: string;
  lanes: Lane[];
  leaseMs: number;
  now: number;
}

export interface ClaimedThought {
  id: string;
  attempt: number;
  rule: string;
  version: string;
  subject: string;
  sense: string;
  dedup: string;
  at: number;
  /** JSON of the event's data. */
  data: string;
  captured: string | null;
  /** JSON: format, characters, truncated; null where nothing was captured. */
  capture: string | null;
  failures: number;
  /** Asked for by a person again: a stored answer must not be reused. */
  fresh: boolean;
}

interface Candidate {
  id: string;
  priority: number;
  seq: number;
}

/** Of each rule and subject at most one thought is between running and done. */
const candidates = statement<{ version: string; now: number; limit: number }, Candidate>(
  `SELECT id, priority, seq FROM thoughts t
   WHERE state = 'ready' AND version = :version AND available_at <= :now AND NOT EXISTS (
     SELECT 1 FROM thoughts b WHERE b.rule = t.rule AND b.subject = t.subject AND b.state IN ('running', 'answered'))
   ORDER BY priority, seq LIMIT :limit`,
);
const blocked = statement<{ id: string }, { blocked: number }>(
  `SELECT EXISTS (SELECT 1 FROM thoughts b WHERE b.rule = t.rule AND b.subject = t.subject
     AND b.state IN ('running', 'answered')) AS blocked FROM thoughts t WHERE t.id = :id`,
);
const take = statement<
  { id: string; owner: string; lease: number; now: number },
  Omit<ClaimedThought, 'captured' | 'fresh' | 'sense' | 'dedup' | 'at' | 'data'> & {
    captured: string | null;
    fresh: number;
    event: number;
  }
>(
  `UPDATE thoughts SET state = 'running', reason = '', owner = :owner, attempt = attempt + 1,
     lease_until = :lease, updated_at = :now
   WHERE id = :id AND state = 'ready'
   RETURNING id, attempt, rule, version, subject, captured, capture, failures, fresh, event`,
);
const selectEvent = statement<{ seq: number }, { sense: string; dedup: string; at: number; data: string }>(
  `SELECT sense, dedup, at, data FROM events WHERE seq = :seq`,
);
const openAttempt = statement<{ id: string; attempt: number; owner: string; now: number }>(
  `INSERT INTO attempts (thought, number, owner, started_at, outcome) VALUES (:id, :attempt, :owner, :now, 'running')`,
);
const nextAvailable = statement<{ now: number }, { at: number | null }>(
  `SELECT min(available_at) AS at FROM thoughts WHERE state = 'ready' AND available_at > :now`,
);

const versionsWaiting = statement<Record<string, never>, { version: string }>(
  `SELECT version FROM rules r WHERE EXISTS (SELECT 1 FROM thoughts WHERE state = 'ready' AND version = r.version)`,
);

/** Claims thoughts in priority order, oldest first; which rule versions have others waiting, and when a backed-off one is available (epoch ms). */
export async function claim(
  tx: Transaction,
  input: ClaimInput,
): Promise<{ claimed: ClaimedThought[]; waiting: string[]; nextAt: number | null }> {
  const claimed: ClaimedThought[] = [];
  for (const lane of input.lanes) {
    const found: Candidate[] = [];
    for (const version of lane.versions) {
      found.push(...(await tx.all(candidates, { version, now: input.now, limit: lane.slots })));
    }
    found.sort((a, b) => a.priority - b.priority || a.seq - b.seq);
    let free = lane.slots;
    for (const { id } of found) {
      if (free === 0) break;
      const thought = await claimOne(tx, id, input);
      if (!thought) continue;
      claimed.push(thought);
      free -= 1;
    }
  }
  const next = await tx.one(nextAvailable, { now: input.now });
  const waiting = (await tx.all(versionsWaiting, {})).map((row) => row.version);
  return { claimed, waiting, nextAt: next?.at ?? null };
}

async function claimOne(tx: Transaction, id: string, input: ClaimInput): Promise<ClaimedThought | null> {
  if ((await tx.one(blocked, { id }))?.blocked === 1) return null;
  const row = await tx.one(take, {
    id,
    owner: input.owner,
    lease: input.now + input.leaseMs,
    now: input.now,
  });
  if (!row) return null;
  await tx.run(openAttempt, { id, attempt: row.attempt, owner: input.owner, now: input.now });
  const event = await tx.one(selectEvent, { seq: row.event });
  if (!event) return null;
  const { event: _, ...thought } = row;
  return { ...thought, ...event, captured: await getText(tx, row.captured), fresh: row.fresh === 1 };
}
