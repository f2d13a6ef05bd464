import { systemClock } from '../base/clock.ts';
import { sha256 } from '../base/ids.ts';
import { createSystemRandom } from '../base/random.ts';
import type { EventData } from '../contract/event-data.ts';
import type { Provider } from '../contract/provider.ts';
import type { Rule } from '../contract/rule.ts';
import { type CallOutcome, listen } from '../mind/call.ts';
import { notSent, secretOf } from '../mind/cloud.ts';
import { type Captured, compose, promptKeyOf } from '../mind/compose.ts';
import type { Question } from '../mind/question.ts';
import { createExperience, type Reasoned, reason } from '../mind/reason.ts';
import { NO_CALL } from '../mind/report.ts';
import { abilitiesOf } from '../mind/route.ts';
import type { Tool } from '../mind/tools/tool.ts';

/** In place of the id that a thought of a daemon would have. */
export const NO_THOUGHT = '0'.repeat(20);

export interface RehearsedThought {
  rule: Rule;
  event: { at: number; data: EventData };
  captured: Captured | null;
  timezone: string;
  provider: Provider;
  model: string;
  tools: readonly Tool[];
  /** Values that must not leave this machine, with what each is. */
  secrets: ReadonlyMap<string, string>;
  onToken(text: string, reasoning: boolean): void;
  signal: AbortSignal;
}

export interface Thought {
  came: Reasoned<CallOutcome>;
  /** Exactly what was sent last. */
  prompt: string;
  promptKey: string;
}

/** Thinks once, as a daemon would, in this process: nothing is queued, and nothing is kept. */
export async function rehearseThought(work: RehearsedThought): Promise<Thought> {
  const { rule, event, captured, provider, model, signal } = work;
  const random = createSystemRandom();
  const fenceId = random.hex(8);
  const name = `${provider.name}/${model}`;
  const composeOf = (text: string | null) =>
    compose({
      rule,
      thought: NO_THOUGHT,
      event,
      captured: captured === null ? null : { ...captured, text: text ?? captured.text },
      timezone: work.timezone,
      now: event.at,
      fenceId,
    });
  const call = {
    model,
    document: captured?.text ?? null,
    documentName: event.data.name ?? null,
    ...(rule.mind.temperature === undefined ? {} : { temperature: rule.mind.temperature }),
  };
  const ask = async (question: Question): Promise<CallOutcome> => {
    const secret = provider.local ? null : secretOf(question, call.document, work.secrets);
    if (secret !== null) return refused(notSent(provider.name, secret));
    return listen(provider, { ...call, ...question }, systemClock, work.onToken, signal);
  };
  const whole = composeOf(null);
  let { prompt } = whole;
  const hashes = (captured?.pictures ?? []).map(({ bytes }) => sha256(bytes));
  const kept = new Map<string, string>();
  const came = await reason<CallOutcome>({
    rule,
    captured,
    watched: event.data.path !== undefined,
    model: name,
    local: provider.local,
    abilities: abilitiesOf(await provider.probe(signal), model),
    experience: createExperience(systemClock),
    tools: work.tools,
    parts: {
      known: async () => kept,
      keep: async (key, text) => void kept.set(key, text),
    },
    compose: composeOf,
    // Elsewhere it would be a call that nobody has looked through or reserved anything for.
    count: async (text) =>
      provider.local ? ((await provider.countTokens?.(text, model, signal)) ?? null) : null,
    ask,
    onPrompt: async (words) => {
      prompt = words;
    },
    hex: (bytes) => random.hex(bytes),
    signal,
  });
  return { came, prompt, promptKey: promptKeyOf(rule, name, whole.key, hashes) };
}

function refused(message: string): CallOutcome {
  return {
    text: '',
    reasoning: '',
    calls: [],
    cutOff: false,
    failure: { kind: 'refused', message },
    report: NO_CALL,
  };
}
