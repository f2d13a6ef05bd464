import type { OutputState, ThoughtState } from '../../../src/contract/thought.ts';
import type { ThoughtView } from '../../../src/contract/thought-view.ts';

/** A thought of a rule about something, as far as it was told. */
export interface Thinking {
  id: string;
  rule: string;
  state: ThoughtState;
  reason: string;
  /** When it came into that state. */
  at: string;
  /** `provider/model`; empty before it was asked. */
  model: string;
  /** When the model was asked. */
  sentAt: string | null;
  /** The end of what it has said, and of what it has thought aloud. */
  said: string;
  reasoned: string;
  tokens: number;
  /** So many characters of the answer were told by now; `said` is what ends there. */
  to: number;
  /** `part`: something before was not heard; `joined`: that was asked for since. */
  heard: 'whole' | 'part' | 'joined';
  /** As it was validated; undefined before it was read. */
  answer: unknown;
  outputs: readonly Written[];
}

/** What became of one output. */
export interface Written {
  kind: string;
  target: string;
  state: OutputState;
  reason: string;
}

/** Characters of an answer that are kept while it comes. */
const SAID = 4000;
/** It has no answer yet, or one that counts no more. */
const UNANSWERED: readonly ThoughtState[] = ['waiting', 'ready', 'running'];

const SILENT = { said: '', reasoned: '', tokens: 0, to: 0 } as const;
const UNREAD = { answer: undefined, outputs: [] } as const;

/** One of which nothing is known but how it stands. */
export function begun(how: Pick<Thinking, 'id' | 'rule' | 'state' | 'reason' | 'at' | 'heard'>): Thinking {
  return { ...SILENT, ...UNREAD, model: '', sentAt: null, ...how };
}

/** It came into a state; one that is thought about again has said, answered and written nothing. */
export function turned({ state, reason, at }: Pick<Thinking, 'state' | 'reason' | 'at'>): Partial<Thinking> {
  return {
    ...{ state, reason, at },
    ...(state === 'ready' && { ...SILENT, ...UNREAD }),
    ...(state === 'running' && { heard: 'whole' }),
  };
}

/** How it stands by now, where what happened meanwhile was not told. */
export function found(
  now: Thinking,
  { state, reason }: Pick<Thinking, 'state' | 'reason'>,
): Partial<Thinking> {
  return now.state === state ? {} : { state, reason, ...UNREAD };
}

export function asked(event: { provider: string; model: string; at: string }): Partial<Thinking> {
  return { ...SILENT, model: `${event.provider}/${event.model}`, sentAt: event.at, heard: 'whole' };
}

export function withToken(
  { said, reasoned, tokens, to, heard }: Thinking,
  { text, reasoning, from }: { text: string; reasoning: boolean; from: number },
): Partial<Thinking> {
  if (reasoning) return { tokens: tokens + 1, reasoned: (reasoned + text).slice(-SAID) };
  // What was asked for meanwhile may have held it already; where something is missing, nothing before it goes on there.
  const isMissing = from > to;
  return {
    tokens: tokens + 1,
    said: ((isMissing ? '' : said) + text.slice(isMissing ? 0 : to - from)).slice(-SAID),
    to: Math.max(to, from + text.length),
    heard: isMissing ? 'part' : heard,
  };
}

export function withOutput(outputs: readonly Written[], output: Written): readonly Written[] {
  const { kind, target, state, reason } = output;
  const next = { kind, target, state, reason };
  const at = outputs.findIndex((each) => each.kind === kind && each.target === target);
  return at < 0 ? [...outputs, next] : outputs.with(at, next);
}

/** What it had said by a time; what was told since goes on there, as far as it is more. */
export function withBeginning({ said, to }: Thinking, text: string): Partial<Thinking> {
  const from = to - said.length;
  if (from > text.length) return { heard: 'joined' };
  const more = to > text.length ? said.slice(text.length - from) : '';
  return { said: (text + more).slice(-SAID), to: Math.max(to, text.length), heard: 'joined' };
}

/** With what only the whole thought tells. */
export function withWhole(now: Thinking, view: ThoughtView): Partial<Thinking> {
  const attempt = view.attempts.findLast(({ provider }) => provider !== null);
  return {
    answer: UNANSWERED.includes(view.state) ? undefined : view.answer,
    model: attempt === undefined ? '' : `${attempt.provider}/${attempt.model}`,
    sentAt: attempt?.sentAt ?? now.sentAt,
    tokens: attempt?.usage.outputTokens ?? now.tokens,
    // What was told while it was read is newer.
    outputs: now.outputs.reduce(
      withOutput,
      view.outputs.map(({ kind, target, state, reason }) => ({ kind, target, state, reason })),
    ),
  };
}
