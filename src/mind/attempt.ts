import { CodedError } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import type { PlannedOutput } from '../contract/output.ts';
import type { CallReport } from '../store/operations/record.ts';
import type { Sent } from '../store/operations/send.ts';
import { type Asking, askIn } from './asking.ts';
import type { Assignment, ThinkContext } from './assignment.ts';
import { capturedOf } from './captured.ts';
import { choose } from './choose.ts';
import { leave, tokensOf } from './cloud.ts';
import { type Captured, type ComposedPrompt, compose, promptKeyOf } from './compose.ts';
import { type Failed, failed, type Said } from './fault.ts';
import { reason } from './reason.ts';
import { NO_CALL } from './report.ts';
import { abilitiesOf } from './route.ts';

/** What came of an attempt; `lost`: the thought was no longer held. */
export type Outcome =
  | { kind: 'answered'; how: 'answered' | 'reused'; call: CallReport }
  | { kind: 'lost' }
  | Failed;

/** Who is asked. */
export interface Asked {
  provider: string;
  model: string;
}

/** One attempt at a claimed thought, up to its recorded answer. */
export async function attempt(
  given: Assignment,
  context: ThinkContext,
  signal: AbortSignal,
  onChosen: (asked: Asked) => void,
): Promise<Outcome> {
  const { thought, rule, data } = given;
  const { store, clock, random, experience } = context;
  const hold = { id: thought.id, owner: context.owner, attempt: thought.attempt };
  const { captured, hashes } = await capturedOf(thought, store);
  const now = clock.now();
  const fenceId = random.hex(8);
  const isRequest = thought.sense === 'requests';
  const composeAnew = (text: string): ComposedPrompt =>
    compose({
      rule,
      thought: thought.id,
      // A request's own text stands in the prompt as it is, and is what is read in parts where it is too long.
      event: { at: thought.at, data: isRequest && captured !== null ? { ...data, text } : data },
      captured: isRequest || captured === null ? null : { ...captured, text },
      timezone: context.timezone,
      now,
      fenceId,
    });
  const whole = captured?.text ?? '';
  const composed = composeAnew(whole);
  const { prompt, key } = composed;
  const composeOf = (text: string) => (text === whole ? composed : composeAnew(text));
  const chosen = choose(given, context, captured, prompt);
  if ('outcome' in chosen) return chosen;
  const { provider, model } = chosen;
  onChosen({ provider: provider.name, model });
  const name = `${provider.name}/${model}`;
  const sent = await store.write('send', {
    ...hold,
    provider: provider.name,
    model,
    prompt,
    promptKey: promptKeyOf(rule, name, key, hashes),
    // What tools bring may be something else by now.
    mayReuse: thought.sense === 'files' && !thought.fresh && rule.mind.tools === undefined,
    now,
  });
  if (!sent) return { kind: 'lost' };
  const finish = finisher({ ...given, provider, model }, context, { captured, former: sent.former, signal });
  if (sent.reuse) {
    const { answer, call, thought: whose } = sent.reuse;
    return finish(answer, call ?? NO_CALL, whose, whose === null ? DRY_RUN : '');
  }

  const onToken = tellSent({ ...given, provider, model }, context);
  let calls = 0;
  const around: Asking['around'] = (question, make) => {
    calls += 1;
    const tokens = {
      input: tokensOf(question, experience.tokens, name),
      output: question.maxOutputTokens ?? 0,
    };
    const whose = { thought: thought.id, attempt: thought.attempt, number: calls, provider };
    return leave(context, { ...whose, question, document: captured?.text ?? null, tokens }, make);
  };
  const ask = askIn({
    provider,
    thought: thought.id,
    call: {
      model,
      document: captured?.text ?? null,
      documentName: data.name ?? null,
      ...(rule.mind.temperature === undefined ? {} : { temperature: rule.mind.temperature }),
    },
    clock,
    health: context.health,
    enterCall: context.enterCall(provider),
    isRequest,
    ...(provider.local ? {} : { around }),
    onToken,
    signal,
  });
  const came = await reason<Said>({
    rule,
    captured,
    watched: !isRequest,
    model: name,
    local: provider.local,
    abilities: abilitiesOf(context.health.health(provider.name), model),
    experience,
    tools: rule.mind.tools === undefined ? [] : await context.toolsFor(rule, signal),
    parts: {
      known: () => store.read('partsOf', { thought: thought.id }),
      keep: (part, text) => store.write('keepPart', { thought: thought.id, key: part, text }),
    },
    compose: composeOf,
    // Elsewhere it would be a call that nobody has looked through or reserved anything for.
    count: async (text) =>
      provider.local ? ((await provider.countTokens?.(text, model, signal)) ?? null) : null,
    ask,
    onPrompt: (words) => store.write('sentInstead', { ...hold, prompt: words }),
    hex: (bytes) => random.hex(bytes),
    signal,
  });
  context.asked();
  if (came.kind === 'unfit') return { outcome: 'final', reason: came.reason, call: came.report };
  if (came.kind === 'failed') return failed(came.failure, came.said, provider.name);
  context.health.answered(provider.name, thought.id);
  if (came.kind === 'answered') return finish(came.answer, came.call, null, came.reason);
  // Two answers in one attempt broke the schema: more of the same would only burn time.
  if (came.why === 'bad-answer') return { outcome: 'final', reason: came.message, call: came.said.report };
  return failed({ kind: came.why, message: came.message }, came.said, provider.name);
}

/** Said of an answer that was there before the thought. */
const DRY_RUN = 'answered in a dry run, and accepted';

type Finish = (
  answer: unknown,
  call: CallReport,
  reusedFrom: string | null,
  reason: string,
) => Promise<Outcome>;

/** Records an answer with its planned outputs. */
function finisher(
  { thought, rule, data, provider, model }: Assignment,
  context: ThinkContext,
  { captured, former, signal }: { captured: Captured | null; former: Sent['former']; signal: AbortSignal },
): Finish {
  const { store, clock, owner } = context;
  return async (answer, call, reusedFrom, why) => {
    const request = {
      thought: thought.id,
      rule,
      event: { at: thought.at, data },
      captured,
      answer,
      former,
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
      id: thought.id,
      owner,
      attempt: thought.attempt,
      answer,
      outputs,
      call,
      reusedFrom,
      reason: why,
      now: clock.now(),
    });
    if (!recorded) return { kind: 'lost' };
    return { kind: 'answered', how: reusedFrom === null ? 'answered' : 'reused', call };
  };
}

/** Tells that a model is asked; what it gives tells each of its words. */
function tellSent(
  { thought: { id, rule }, provider, model }: Assignment,
  { live, clock }: ThinkContext,
): Asking['onToken'] {
  const at = new Date(clock.now()).toISOString();
  live({ type: 'sent', at, thought: id, rule, provider: provider.name, model });
  const told = { answer: 0, aloud: 0 };
  return (text, reasoning) => {
    const kind = reasoning ? 'aloud' : 'answer';
    live({ type: 'token', thought: id, text, reasoning, from: told[kind] });
    told[kind] += text.length;
  };
}
