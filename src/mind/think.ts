import type { Clock } from '../base/clock.ts';
import { CodedError, messageOf, systemCode } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { LiveEvent } from '../contract/api.ts';
import type { EventData } from '../contract/event.ts';
import type { PlannedOutput, PlanRequest } from '../contract/output.ts';
import type { Provider } from '../contract/provider.ts';
import type { Rule } from '../contract/rule.ts';
import type { ThoughtState } from '../contract/thought.ts';
import type { ClaimedThought } from '../store/operations/claim.ts';
import type { CallReport } from '../store/operations/record.ts';
import type { Store } from '../store/store.ts';
import { listen } from './call.ts';
import { compose, promptKeyOf } from './compose.ts';
import { converse } from './converse.ts';
import { type Failed, failed, NO_BLAME, NO_CALL, notAsked, type Said, waitOf } from './fault.ts';
import type { HealthMonitor } from './health.ts';
import type { EnterCall } from './lane.ts';
import { heldReason } from './route.ts';

export interface ThinkContext {
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  health: HealthMonitor;
  owner: string;
  timezone: string;
  live(event: LiveEvent): void;
  /** Waits for a slot of the provider. */
  enterCall: EnterCall;
  /** Makes sure of the hold on the thought, where time has jumped. */
  sure(): Promise<void>;
  /** Makes exact outputs of an answer; throws a CodedError where the rule's templates or roots forbid it. */
  plan(request: PlanRequest): Promise<PlannedOutput[]>;
  /** The event as the rule sees it. */
  dataFor(rule: Rule, data: EventData): EventData;
}

/** A claimed thought with everything it needs to be thought. */
export interface Assignment {
  thought: ClaimedThought;
  data: EventData;
  rule: Rule;
  provider: Provider;
  model: string;
  maxRetries: number;
}

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
  try {
    const outcome = await attempt(work, context, signal);
    if (outcome.kind === 'lost') return null;
    return outcome.kind === 'answered'
      ? { state: 'answered', reason: '' }
      : await giveBack(work, context, outcome);
  } catch (error) {
    if (stopping.aborted) return giveBack(work, context, { outcome: 'stopped', reason: '', call: NO_CALL });
    if (signal.aborted) return null;
    context.log.error('thinking failed', { thought: work.thought.id, error });
    // What the system refused may go better next time; what the rule or its templates got wrong will not.
    const passes = error instanceof CodedError ? error.retryable : systemCode(error) !== undefined;
    const outcome = passes ? 'failed' : 'final';
    return giveBack(work, context, { outcome, reason: messageOf(error), call: NO_CALL });
  }
}

export interface Ended {
  state: ThoughtState;
  reason: string;
}

type Outcome = { kind: 'answered' } | { kind: 'lost' } | Failed;

async function attempt(work: Assignment, context: ThinkContext, signal: AbortSignal): Promise<Outcome> {
  const { thought, rule, provider, model, data } = work;
  const { store, clock, random } = context;
  const hold = { id: thought.id, owner: context.owner, attempt: thought.attempt };
  const captured = capturedOf(thought);
  const now = clock.now();
  const { prompt, key } = compose({
    rule,
    thought: thought.id,
    event: { at: thought.at, data },
    captured: thought.sense === 'files' ? captured : null,
    timezone: context.timezone,
    now,
    fenceId: random.hex(8),
  });
  const promptKey = promptKeyOf(rule, `${provider.name}/${model}`, key);
  const mayReuse = thought.sense === 'files' && !thought.fresh;
  const sent = await store.write('send', {
    ...hold,
    provider: provider.name,
    model,
    prompt,
    promptKey,
    mayReuse,
    now,
  });
  if (!sent) return { kind: 'lost' };

  const finish = async (
    answer: unknown,
    call: CallReport,
    reusedFrom: string | null,
    reason: string,
  ): Promise<Outcome> => {
    const event = { at: thought.at, data };
    const request = {
      thought: thought.id,
      rule,
      event,
      captured,
      answer,
      former: sent.former,
      model: `${provider.name}/${call.model ?? model}`,
      now: clock.now(),
    };
    let outputs: PlannedOutput[];
    try {
      outputs = await context.plan(request);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      // The rule's own templates forbid it: the answer cannot be used, and is kept as evidence.
      return { outcome: 'final', reason: error.message, call };
    }
    failpoint('answer:planned');
    await context.sure();
    signal.throwIfAborted();
    const recorded = await store.write('record', {
      ...hold,
      answer,
      outputs,
      call,
      reusedFrom,
      reason,
      now: clock.now(),
    });
    return { kind: recorded ? 'answered' : 'lost' };
  };
  if (sent.reuse) {
    const { answer, call, thought: whose } = sent.reuse;
    return finish(answer, call ?? NO_CALL, whose, whose === null ? DRY_RUN : '');
  }

  tellSent(work, context);
  const ask = async (words: string): Promise<Said> => {
    const leave = await context.enterCall(signal);
    try {
      await context.health.settled(provider.name, signal);
      // It may have gone away while this thought was made ready for it.
      const why = heldReason(context.health.health(provider.name), provider.name, model);
      if (why !== null) return notAsked(why);
      failpoint('model:asked');
      const said = await listen(
        provider,
        {
          model,
          prompt: words,
          document: captured?.text ?? null,
          documentName: data.name ?? null,
          schema: rule.mind.schema,
          maxOutputTokens: rule.mind.maxOutputTokens,
        },
        clock,
        (text, reasoning) => context.live({ type: 'token', thought: thought.id, text, reasoning }),
        signal,
      );
      if (said.failure === null) return { ...said, blame: NO_BLAME };
      const whose = { thought: thought.id, model };
      const blame = context.health.blame(provider.name, said.failure, whose, signal);
      leave();
      return { ...said, blame: await blame };
    } finally {
      failpoint('model:answered');
      leave();
    }
  };
  const inTurn = (words: string) => context.health.inTurn(provider.name, thought.id, () => ask(words));
  const came = await converse(prompt, rule.mind.schema, inTurn);
  if (came.kind === 'failed') return failed(came.failure, came.said, provider.name);
  context.health.answered(provider.name, thought.id);
  if (came.kind === 'answered') return finish(came.answer, came.call, null, came.reason);
  // Two answers in one attempt broke the schema: more of the same would only burn time.
  if (came.why === 'bad-answer') return { outcome: 'final', reason: came.message, call: came.said.report };
  return failed({ kind: came.why, message: came.message }, came.said, provider.name);
}

/** Said of an answer that was there before the thought. */
const DRY_RUN = 'answered in a dry run, and accepted';

async function giveBack(work: Assignment, context: ThinkContext, how: Failed): Promise<Ended | null> {
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
  return state === null ? null : { state, reason: how.reason };
}

function capturedOf(thought: ClaimedThought): PlanRequest['captured'] {
  if (thought.captured === null) return null;
  const facts: { format?: string; truncated?: boolean } =
    thought.capture === null ? {} : JSON.parse(thought.capture);
  return { text: thought.captured, format: facts.format ?? 'text', truncated: facts.truncated ?? false };
}

function tellSent({ thought, provider, model }: Assignment, { live, clock }: ThinkContext): void {
  const at = new Date(clock.now()).toISOString();
  live({ type: 'sent', at, thought: thought.id, rule: thought.rule, provider: provider.name, model });
}
