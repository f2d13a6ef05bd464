import { getText } from '../blob.ts';
import { statement, type Transaction } from '../statement.ts';
import { countCall, type RateLimit, roomIn } from './rate.ts';

/** What may be claimed now: rule versions whose provider is online, and how many calls it still takes. */
export interface Lane {
  versions: string[];
  slots: number;
}

export interface ClaimInput {
  owner: string;
  lanes: Lane[];
  /** By version: the limits of rules that have one. */
  rates?: ReadonlyMap<string, RateLimit>;
  /** Versions of which only what a person asked for is claimed now. */
  askedOnly?: readonly string[];
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
  seq: number;
  rank: number;
  rule: string;
  subject: string;
  crashes: number;
  event: EventFacts;
}

type EventFacts = Pick<ClaimedThought, 'sense' | 'dedup' | 'at' | 'data'>;

/** Of each rule and subject at most one thought is between running and done. */
const candidatesThat = (condition: string) =>
  statement<{ version: string; now: number; limit: number }, Omit<Candidate, 'event'> & EventFacts>(
    `SELECT t.seq, t.rank, t.rule, t.subject, t.crashes, e.sense, e.dedup, e.at, e.data
     FROM thoughts t JOIN events e ON e.seq = t.event
     WHERE t.state = 'ready' AND t.version = :version AND t.available_at <= :now AND ${condition} AND NOT EXISTS (
       SELECT 1 FROM thoughts b WHERE b.rule = t.rule AND b.subject = t.subject AND b.state IN ('running', 'answered'))
     ORDER BY t.rank, t.seq LIMIT :limit`,
  );
const ANY = { well: candidatesThat('t.crashes = 0'), suspects: candidatesThat('t.crashes > 0') };
// Literally 0, PRIORITY.request: only so does the index of what was asked for serve it.
const ASKED = {
  well: candidatesThat('t.priority = 0 AND t.crashes = 0'),
  suspects: candidatesThat('t.priority = 0 AND t.crashes > 0'),
};
const suspectRuns = statement<Record<string, never>, { runs: number }>(
  `SELECT EXISTS (SELECT 1 FROM thoughts WHERE state = 'running' AND crashes > 0) AS runs`,
);
const claimOne = statement<
  { seq: number; owner: string; lease: number; now: number },
  Omit<ClaimedThought, 'fresh' | keyof EventFacts> & { fresh: number }
>(
  `UPDATE thoughts SET state = 'running', reason = '', owner = :owner, attempt = attempt + 1,
     lease_until = :lease, updated_at = :now
   WHERE seq = :seq AND state = 'ready'
   RETURNING id, attempt, rule, version, subject, captured, capture, failures, fresh`,
);
const openAttempt = statement<{ id: string; attempt: number; owner: string; now: number }>(
  `INSERT INTO attempts (thought, number, owner, started_at, outcome) VALUES (:id, :attempt, :owner, :now, 'running')`,
);
const nextAvailable = statement<{ now: number }, { at: number | null }>(
  `SELECT min(available_at) AS at FROM thoughts WHERE state = 'ready' AND available_at > updated_at AND available_at > :now`,
);

const versionsWaiting = statement<Record<string, never>, { version: string }>(
  `SELECT version FROM rules r WHERE EXISTS (SELECT 1 FROM thoughts WHERE state = 'ready' AND version = r.version)`,
);

/**
 * Claims thoughts in the order of their ranks; which rule versions have others waiting, which rules have used up
 * their rate, and when a backed-off thought or a rate is available (epoch ms). A rate is counted and spent in here, so
 * that neither a restart nor a second claimer gets around it. Of those that were under way when a process died, one
 * at a time is claimed: the one that brings it down each time is found, and its neighbours are answered.
 */
export async function claim(tx: Transaction, input: ClaimInput): Promise<Claimed> {
  const claimed: ClaimedThought[] = [];
  const limited: Claimed['limited'] = [];
  let suspect = (await tx.one(suspectRuns, {}))?.runs === 1;
  for (const lane of input.lanes) {
    const found: Candidate[] = [];
    for (const version of lane.versions) {
      const limit = Math.min(lane.slots, await freeOf(tx, input, version, limited));
      const from = input.askedOnly?.includes(version) ? ASKED : ANY;
      if (limit > 0)
        found.push(...(await candidatesOf(tx, from, { version, now: input.now, limit }, suspect)));
    }
    found.sort((a, b) => a.rank - b.rank || a.seq - b.seq);
    for (const candidate of claimable(found).slice(0, lane.slots)) {
      const thought = await take(tx, candidate, input);
      if (!thought) continue;
      suspect ||= candidate.crashes > 0;
      claimed.push(thought);
    }
  }
  const next = await tx.one(nextAvailable, { now: input.now });
  const waiting = (await tx.all(versionsWaiting, {})).map((row) => row.version);
  const times = limited.flatMap(({ version, until }) => (waiting.includes(version) ? [until] : []));
  if (next?.at != null) times.push(next.at);
  return { claimed, waiting, limited, nextAt: times.length === 0 ? null : Math.min(...times) };
}

/** What a claim came to. */
export interface Claimed {
  claimed: ClaimedThought[];
  /** Versions in force that have ready thoughts. */
  waiting: string[];
  limited: { rule: string; version: string; until: number }[];
  nextAt: number | null;
}

/** How many thoughts of a version its rule's rate allows to be claimed now. */
async function freeOf(
  tx: Transaction,
  { rates, now }: ClaimInput,
  version: string,
  limited: Claimed['limited'],
): Promise<number> {
  const rate = rates?.get(version);
  if (rate === undefined) return Number.POSITIVE_INFINITY;
  const { free, until } = await roomIn(tx, rate, now);
  if (free === 0) limited.push({ rule: rate.rule, version, until });
  return free;
}

async function candidatesOf(
  tx: Transaction,
  { well, suspects }: typeof ANY,
  of: { version: string; now: number; limit: number },
  suspectIsTaken: boolean,
): Promise<Candidate[]> {
  const rows = await tx.all(well, of);
  if (!suspectIsTaken) rows.push(...(await tx.all(suspects, { ...of, limit: 1 })));
  return rows.map(({ seq, rank, rule, subject, crashes, ...event }) => {
    return { seq, rank, rule, subject, crashes, event };
  });
}

/** The first of each rule and subject, and the first suspect. */
function claimable(found: readonly Candidate[]): Candidate[] {
  const taken = new Set<string>();
  return found.filter(({ rule, subject, crashes }) => {
    const keys = [`${rule} ${subject}`, ...(crashes > 0 ? ['a suspect'] : [])];
    if (keys.some((key) => taken.has(key))) return false;
    for (const key of keys) taken.add(key);
    return true;
  });
}

async function take(
  tx: Transaction,
  { seq, event }: Candidate,
  { owner, leaseMs, rates, now }: ClaimInput,
): Promise<ClaimedThought | null> {
  const row = await tx.one(claimOne, { seq, owner, lease: now + leaseMs, now });
  if (!row) return null;
  const { id, attempt } = row;
  await tx.run(openAttempt, { id, attempt, owner, now });
  const rate = rates?.get(row.version);
  if (rate) await countCall(tx, { rule: rate.rule, at: now, thought: id, attempt });
  return { ...row, ...event, captured: await getText(tx, row.captured), fresh: row.fresh === 1 };
}
