import { CRASH_LIMIT } from '../../contract/thought.ts';
import { tellDead } from '../dead.ts';
import { supersedeOutrun } from '../outrun.ts';
import { statement, type Transaction } from '../statement.ts';
import { settleLeft } from './spend.ts';

export interface SweepInput {
  /** Who sweeps: answered thoughts of the dead become its own. */
  owner: string;
  /** At a start, where the lock proves that no other owner lives: every lease counts as expired. */
  everyone: boolean;
  now: number;
}

export interface Swept {
  crashed: number;
  dead: number;
  resumed: number;
}

const crashes = statement<
  { owner: string; everyone: number; now: number; limit: number },
  { id: string; attempt: number; state: 'ready' | 'dead' }
>(
  `UPDATE thoughts SET crashes = crashes + 1, owner = NULL, lease_until = NULL, available_at = :now, updated_at = :now,
     state = iif(crashes + 1 >= :limit, 'dead', 'ready'),
     finished_at = iif(crashes + 1 >= :limit, :now, NULL),
     reason = iif(crashes + 1 >= :limit, 'gave up after ' || (crashes + 1) || ' crashes while it was thought',
       'the attempt before ended with a crash')
   WHERE state = 'running' AND ((:everyone = 1 AND owner <> :owner) OR lease_until < :now)
   RETURNING id, attempt, state`,
);
const closeCrashed = statement<{ id: string; attempt: number }>(
  `UPDATE attempts SET outcome = 'crashed' WHERE thought = :id AND number = :attempt AND outcome = 'running'`,
);
const resume = statement<{ owner: string; everyone: number; now: number }>(
  `UPDATE thoughts SET owner = :owner, lease_until = NULL, updated_at = :now
   WHERE state = 'answered' AND owner <> :owner AND (:everyone = 1 OR lease_until < :now)`,
);

/**
 * Takes back what dead owners held: running thoughts become ready again, answered ones are applied by the sweeper. At
 * a start nothing waits for a time that the clock will only reach because it was set back.
 */
export async function sweep(tx: Transaction, input: SweepInput): Promise<Swept> {
  const values = { owner: input.owner, everyone: input.everyone ? 1 : 0, now: input.now };
  const rows = await tx.all(crashes, { ...values, limit: CRASH_LIMIT });
  for (const row of rows) {
    await tx.run(closeCrashed, { id: row.id, attempt: row.attempt });
    await settleLeft(tx, { thought: row.id, attempt: row.attempt });
    if (row.state === 'dead') await tellDead(tx, { id: row.id, now: input.now });
    else await supersedeOutrun(tx, { id: row.id, failures: null, now: input.now });
  }
  // While no daemon ran the clock may have been set right.
  if (input.everyone) await clockSetBack(tx, { byMs: null, now: input.now });
  const dead = rows.filter((row) => row.state === 'dead').length;
  return { crashed: rows.length, dead, resumed: await tx.run(resume, values) };
}

const extend = statement<{ id: string; owner: string; attempt: number; lease: number }>(
  `UPDATE thoughts SET lease_until = :lease
   WHERE id = :id AND owner = :owner AND attempt = :attempt AND state IN ('running', 'answered')`,
);

/** Extends leases; the ids that are no longer held and whose work must be dropped. */
export async function heartbeat(
  tx: Transaction,
  input: { owner: string; held: { id: string; attempt: number }[]; leaseUntil: number },
): Promise<string[]> {
  const lost: string[] = [];
  for (const { id, attempt } of input.held) {
    const rows = await tx.run(extend, { id, attempt, owner: input.owner, lease: input.leaseUntil });
    if (rows !== 1) lost.push(id);
  }
  return lost;
}

const sooner = statement<{ by: number | null; now: number }>(
  `UPDATE thoughts SET available_at = max(:now, available_at - coalesce(:by, max(0, updated_at - :now)))
   WHERE state = 'ready' AND available_at > :now`,
);
const settleSooner = statement<{ by: number | null; now: number }>(
  `UPDATE thoughts SET settle_until = max(:now, settle_until - coalesce(:by, max(0, updated_at - :now)))
   WHERE state = 'waiting' AND settle_until > :now`,
);

/**
 * The wall clock was set back: what waits until a time waits as long as it would have. `byMs` null = nobody saw by
 * how much, if at all: what was written later than now tells it itself.
 */
export async function clockSetBack(
  tx: Transaction,
  input: { byMs: number | null; now: number },
): Promise<void> {
  await tx.run(sooner, { by: input.byMs, now: input.now });
  await tx.run(settleSooner, { by: input.byMs, now: input.now });
}
