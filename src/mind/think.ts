import { backoff } from '../base/backoff.ts';
import type { Clock } from '../base/clock.ts';
import { CodedError, messageOf, systemCode } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import type { LiveEvent } from '../contract/api.ts';
import type { EventData } from '../contract/event.ts';
import type { PlannedOutput, PlanRequest } from '../contract/output.ts';
import { FAILURE_KINDS, type Provider, type ProviderFailure } from '../contract/provider.ts';
import type { Rule } from '../contract/rule.ts';
import type { ThoughtState } from '../contract/thought.ts';
import type { ClaimedThought } from '../store/operations/claim.ts';
import type { CallReport } from '../store/operations/record.ts';
import type { Store } from '../store/store.ts';
import { readAnswer, repairPrompt } from './answer.ts';
import { type CallOutcome, listen } from './call.ts';
import { compose } from './compose.ts';
import type { HealthMonitor } from './health.ts';

export interface ThinkContext {
  store: Store;
  clock: Clock;
  random: Random;
  log: Log;
  health: HealthMonitor;
  owner: string;
  timezone: string;
  live(event: LiveEvent): void;
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

const NO_CALL: CallReport = {
  model: null,
  firstTokenMs: null,
  totalMs: null,
  inputTokens: null,
  outputTokens: null,
  raw: null,
};

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

/** How long a held thought lets its neighbours go first: it may be what its server cannot stand. */
const HELD_MS = 1000;

export interface Ended {
  state: ThoughtState;
  reason: string;
}

type Failed = {
  kind?: 'failed';
  outcome: 'held' | 'failed' | 'final' | 'stopped';
  reason: string;
  call: CallReport;
  retryAfterMs?: number;
};
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
  const promptKey = JSON.stringify([provider.name, model, rule.mind.maxOutputTokens, rule.mind.schema, key]);
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
    const outputs = await context.plan(request);
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
  if (sent.reuse) return finish(JSON.parse(sent.reuse.answer), NO_CALL, sent.reuse.thought, '');

  tellSent(work, context);
  const ask = (words: string): Promise<CallOutcome> =>
    listen(
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
  let said = await ask(prompt);
  if (said.failure) return failed(await placed(said.failure, provider, signal), said.report, work, context);
  let read = readAnswer(rule.mind.schema, said.text, said.reasoning);
  if (!read.ok && read.kind === 'bad-answer') {
    const first = said.report;
    said = await ask(repairPrompt(prompt, said.text, read.message));
    said.report = addUp(first, said.report);
    if (said.failure) return failed(await placed(said.failure, provider, signal), said.report, work, context);
    read = readAnswer(rule.mind.schema, said.text, said.reasoning);
  }
  context.health.report(provider.name, 'ok');
  if (read.ok) return finish(read.answer, said.report, null, said.cutOff ? CUT_OFF : '');
  const failure: ProviderFailure = { kind: read.kind, message: read.message };
  // Two answers in one attempt broke the schema: more of the same would only burn time.
  if (read.kind === 'bad-answer')
    return {
      outcome: 'final',
      reason: `the answer breaks the rule's schema: ${read.message}`,
      call: said.report,
    };
  return failed(failure, said.report, work, context);
}

/** Said of an answer that ended at the token limit: usable as far as it goes, and not whole. */
const CUT_OFF = 'the answer was cut off at the token limit: raise max_output_tokens';

/** A stream that broke off because its server went away is a server that is away: asked, not guessed. */
async function placed(
  failure: ProviderFailure,
  provider: Provider,
  signal: AbortSignal,
): Promise<ProviderFailure> {
  if (failure.kind !== 'cut') return failure;
  const { state, reason } = await provider.probe(signal);
  if (state === 'online') return failure;
  return { kind: state === 'loading' ? 'loading' : 'unavailable', message: reason || failure.message };
}

function failed(failure: ProviderFailure, call: CallReport, work: Assignment, context: ThinkContext): Failed {
  context.health.report(work.provider.name, failure);
  const kind = FAILURE_KINDS[failure.kind];
  const outcome = kind === 'held' ? 'held' : kind === 'final' ? 'final' : 'failed';
  const after = failure.retryAfterMs === undefined ? {} : { retryAfterMs: failure.retryAfterMs };
  return { outcome, reason: failure.message, call, ...after };
}

async function giveBack(work: Assignment, context: ThinkContext, how: Failed): Promise<Ended | null> {
  const { thought, maxRetries } = work;
  const { store, clock, random, owner } = context;
  const now = clock.now();
  const waits = { held: HELD_MS, failed: backoff(thought.failures, random), final: 0, stopped: 0 };
  const waitMs = Math.max(how.outcome === 'failed' ? (how.retryAfterMs ?? 0) : 0, waits[how.outcome]);
  const state = await store.write('giveBack', {
    id: thought.id,
    owner,
    attempt: thought.attempt,
    outcome: how.outcome,
    reason: how.reason,
    availableAt: now + waitMs,
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

/** An attempt with a repair turn costs both calls. */
function addUp(first: CallReport, second: CallReport): CallReport {
  const sum = (a: number | null, b: number | null) => (a === null && b === null ? null : (a ?? 0) + (b ?? 0));
  return {
    model: second.model,
    firstTokenMs: first.firstTokenMs,
    totalMs: sum(first.totalMs, second.totalMs),
    inputTokens: sum(first.inputTokens, second.inputTokens),
    outputTokens: sum(first.outputTokens, second.outputTokens),
    raw: [first.raw, second.raw].filter((raw) => raw !== null).join('\n--- asked to repair it ---\n') || null,
  };
}
