import { type AttemptEnd, outcomeOf } from '../../contract/attempt.ts';
import { PRIORITY, rankOf } from '../../contract/thought.ts';
import { tellDead } from '../dead.ts';
import { type Hold, isHeld } from '../fence.ts';
import { supersedeOutrun } from '../outrun.ts';
import { statement, type Transaction } from '../statement.ts';
import { uncountCall } from './rate.ts';
import { type CallReport, closeAttempt } from './record.ts';
import { settleLeft } from './spend.ts';

export interface GiveBackInput extends Hold {
  outcome: AttemptEnd;
  reason: string;
  /** Epoch ms before which it is not claimed again. */
  availableAt: number;
  /** It lets everything that waits by now go first. */
  behind?: boolean;
  maxRetries: number;
  call: CallReport;
  now: number;
}

const failures = statement<{ id: string }, { failures: number }>(
  `SELECT failures FROM thoughts WHERE id = :id`,
);
const back = statement<{
  id: string;
  failures: number;
  reason: string;
  at: number;
  rank: number;
  now: number;
}>(
  `UPDATE thoughts SET state = 'ready', failures = :failures, reason = :reason, available_at = :at,
     rank = max(rank, :rank), owner = NULL, lease_until = NULL, updated_at = :now WHERE id = :id`,
);
const giveUp = statement<{ id: string; failures: number; reason: string; now: number }>(
  `UPDATE thoughts SET state = 'dead', failures = :failures, reason = :reason, owner = NULL, lease_until = NULL,
     updated_at = :now, finished_at = :now WHERE id = :id`,
);

/**
 * Ends an attempt without an answer; the state the thought is in now, or null where it was no longer held. One whose
 * file has a newer revision by now is superseded.
 */
export async function giveBack(
  tx: Transaction,
  input: GiveBackInput,
): Promise<'ready' | 'dead' | 'cancelled' | null> {
  if (!(await isHeld(tx, input, 'running'))) return null;
  const { id, attempt, now } = input;
  const outcome = outcomeOf(input.outcome);
  await tx.run(closeAttempt, { id, attempt, outcome, error: input.reason, ...input.call });
  await settleLeft(tx, { thought: id, attempt });
  if (outcome !== 'failed') await uncountCall(tx, { thought: id, attempt });
  const before = (await tx.one(failures, { id }))?.failures ?? 0;
  const spent = input.outcome === 'failed' || input.outcome === 'final' ? before + 1 : before;
  if (input.outcome === 'final' || spent > input.maxRetries) {
    await tx.run(giveUp, { id, failures: spent, reason: input.reason, now });
    await tellDead(tx, { id, now });
    return 'dead';
  }
  if (await supersedeOutrun(tx, { id, failures: spent, now })) return 'cancelled';
  const rank = input.behind ? rankOf(PRIORITY.reaction, now) : 0;
  const reason = input.outcome === 'stopped' ? '' : input.reason;
  await tx.run(back, { id, failures: spent, reason, at: Math.round(input.availableAt), rank, now });
  return 'ready';
}
