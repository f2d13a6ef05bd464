import { CodedError, messageOf, systemCode } from '../base/errors.ts';
import { outcomeOf } from '../contract/attempt.ts';
import type { ThoughtState } from '../contract/thought.ts';
import type { Assignment, ThinkContext } from './assignment.ts';
import { type Asked, attempt } from './attempt.ts';
import { type Failed, waitOf } from './fault.ts';
import { NO_CALL } from './report.ts';

/**
 * Thinks one claimed thought to its end: an answer with its planned outputs is recorded, or the attempt is given
 * back. `signal` aborts when the hold on the thought is lost; `stopping` when the daemon stops. Returns the state it
 * is in now and why, null where it was no longer ours.
 */
export async function think(
  work: Assignment,
  context: ThinkContext,
  signal: AbortSignal,
  stopping: AbortSignal,
): Promise<Ended | null> {
  let asked: Asked = { provider: work.provider.name, model: work.model };
  const back = (how: Failed) => giveBack(work, context, asked, how);
  try {
    const outcome = await attempt(work, context, signal, (chosen) => {
      asked = chosen;
    });
    if (outcome.kind === 'lost') return null;
    if (outcome.kind !== 'answered') return await back(outcome);
    context.onAttempt({ ...asked, outcome: outcome.how, call: outcome.call });
    return { state: 'answered', reason: '' };
  } catch (error) {
    if (stopping.aborted) return back({ outcome: 'stopped', reason: '', call: NO_CALL });
    if (signal.aborted) return null;
    context.log.error('thinking failed', { thought: work.thought.id, error });
    // What the system refused may go better next time; what the rule or its templates got wrong will not.
    const passes = error instanceof CodedError ? error.retryable : systemCode(error) !== undefined;
    const outcome = passes ? 'failed' : 'final';
    return back({ outcome, reason: messageOf(error), call: NO_CALL });
  }
}

export interface Ended {
  state: ThoughtState;
  reason: string;
}

async function giveBack(
  work: Assignment,
  context: ThinkContext,
  asked: Asked,
  how: Failed,
): Promise<Ended | null> {
  const { thought, maxRetries } = work;
  const { store, clock, random, owner } = context;
  const now = clock.now();
  const state = await store.write('giveBack', {
    id: thought.id,
    owner,
    attempt: thought.attempt,
    outcome: how.outcome,
    reason: how.reason,
    availableAt: now + waitOf(how, thought.failures, random),
    behind: (how.strikes ?? 0) > 0,
    maxRetries,
    call: how.call,
    now,
  });
  if (state === 'dead')
    context.log.warning('thought given up', { thought: thought.id, rule: thought.rule, reason: how.reason });
  if (state === null) return null;
  context.onAttempt({ ...asked, outcome: outcomeOf(how.outcome), call: how.call });
  return { state, reason: how.reason };
}
