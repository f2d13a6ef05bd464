import type { Clock } from '../base/clock.ts';
import { secretIn } from '../base/secrets.ts';
import type { Provider, ProviderFailure } from '../contract/provider.ts';
import { dayOf } from '../contract/template-scope.ts';
import type { Caps, Reserved } from '../store/operations/spend.ts';
import type { Store } from '../store/store.ts';
import type { Around } from './asking.ts';
import type { CallOutcome } from './call.ts';
import { NO_BLAME, unsaid } from './fault.ts';
import type { Blame } from './health.ts';
import { PICTURE_TOKENS } from './pictures.ts';
import { sanitise } from './prompt.ts';
import type { Question } from './question.ts';
import type { TokenCounter } from './tokens.ts';

/** What calls that leave this machine may cost, and what must not be in them. */
export interface Cost {
  caps: Caps;
  /** Per token; 0 where nothing is known. */
  inputPrice: number;
  outputPrice: number;
}

export interface CloudGate {
  store: Store;
  clock: Clock;
  /** IANA name, or `system`. */
  timezone: string;
  costOf(provider: string): Cost;
  /** Values that must not leave, with what each is. */
  secrets(): ReadonlyMap<string, string>;
  /** The day's budget of a provider is used up until then (epoch ms). */
  onBudget(provider: string, until: number, reason: string): void;
}

export interface LeavingCall {
  thought: string;
  attempt: number;
  /** From 1, within the attempt. */
  number: number;
  provider: Pick<Provider, 'name'>;
  question: Question;
  /** The whole document that it is about: a part of a secret is one, too; null = none. */
  document: string | null;
  /** Tokens that it may use at most, its answer included. */
  tokens: { input: number; output: number };
}

/**
 * Makes a call that leaves this machine: only without secrets in it, and only with its cost reserved first. What it
 * used takes the place of what was reserved; after a crash the reservation stands.
 */
export async function leave(
  gate: CloudGate,
  call: LeavingCall,
  make: () => Promise<CallOutcome>,
): Promise<Around> {
  const { store, clock, timezone } = gate;
  const { thought, attempt, number, provider, question, document, tokens } = call;
  const words = wordsOf(question);
  const secret = secretOf(question, document, gate.secrets());
  if (secret !== null) {
    return unmade({ kind: 'refused', message: notSent(provider.name, secret) }, NO_BLAME);
  }
  const { caps, inputPrice, outputPrice } = gate.costOf(provider.name);
  const now = clock.now();
  const reserved = await store.write('reserve', {
    thought,
    attempt,
    call: number,
    provider: provider.name,
    day: dayOf(now, timezone),
    tokens: tokens.input + tokens.output,
    money: tokens.input * inputPrice + tokens.output * outputPrice,
    bytes:
      Buffer.byteLength(words) + (question.pictures ?? []).reduce((sum, { bytes }) => sum + bytes.length, 0),
    pictures: question.pictures?.length ?? 0,
    caps,
  });
  if (!reserved.ok) return overBudget(reserved, provider.name, gate, now);
  const whose = { thought, attempt, call: number };
  const said = await make();
  const used = usedBy(said, tokens);
  await store.write('settleSpending', {
    ...whose,
    used:
      used === null
        ? null
        : {
            tokens: used.input + used.output,
            money: used.input * inputPrice + used.output * outputPrice,
            hasLeft: used.input + used.output > 0,
          },
  });
  return { kind: 'made', said };
}

function unmade(failure: ProviderFailure, blame: Blame): Around {
  return { kind: 'unmade', said: unsaid(failure, blame) };
}

/** The first secret in what a question would carry away, or in the document that it is a part of; null = none. */
export function secretOf(
  question: Question,
  document: string | null,
  values: ReadonlyMap<string, string>,
): string | null {
  return (
    secretIn(wordsOf(question), values) ?? (document === null ? null : secretIn(sanitise(document), values))
  );
}

/** What is said of a call that was not made for the secret in it. */
export function notSent(provider: string, secret: string): string {
  return `not sent to ${provider}: it holds ${secret}, and what looks like a secret never leaves this machine: take it out, or let a model here think about it`;
}

/** Tokens that a question may have at most, with everything that goes along with its prompt. */
export function tokensOf(
  { prompt, turns = [], tools = [], schema, pictures = [] }: Question,
  counter: Pick<TokenCounter, 'atMost'>,
  model: string,
): number {
  const words = counter.atMost(JSON.stringify([prompt, turns, tools, schema]), model);
  return words + pictures.length * PICTURE_TOKENS;
}

/** Everything of a question that leaves as text. */
function wordsOf({ prompt, turns = [], tools = [] }: Question): string {
  const said = turns.flatMap(({ text, calls, results }) => [
    text,
    ...calls.flatMap((each) => [each.name, each.arguments]),
    ...results.map((each) => each.content),
  ]);
  return [prompt, ...said, ...tools.map(({ description }) => description)].join('\n');
}

/** What it used; null where nobody knows: then what was reserved counts. */
function usedBy(
  { failure, report }: CallOutcome,
  { input, output }: LeavingCall['tokens'],
): LeavingCall['tokens'] | null {
  if (report.inputTokens !== null || report.outputTokens !== null)
    return { input: report.inputTokens ?? input, output: report.outputTokens ?? output };
  // Whoever could not be reached, or refused, has used nothing.
  const isUnused = failure !== null && UNUSED.has(failure.kind) && !failure.doubtful;
  return isUnused ? { input: 0, output: 0 } : null;
}

const UNUSED: ReadonlySet<string> = new Set([
  'unavailable',
  'no-model',
  'overloaded',
  'loading',
  'refused',
  'context-overflow',
]);

function overBudget(
  { cap, what, used, wanted, most }: Extract<Reserved, { ok: false }>,
  provider: string,
  { timezone, onBudget }: CloudGate,
  now: number,
): Around {
  const amount = what === 'tokens' ? `${most} tokens` : `${most} of money`;
  const sofar = `${Math.round(used * 100) / 100} of ${amount}`;
  switch (cap) {
    case 'thought': {
      const message = `not sent to ${provider}: it would go beyond its budget of ${amount} a thought or a day (budget of ${provider} in config.yaml)`;
      return unmade({ kind: 'refused', message }, NO_BLAME);
    }
    case 'busy': {
      const message = `calls of ${provider} under way have reserved what is left of today's budget (${sofar} used)`;
      return unmade({ kind: 'overloaded', message, retryAfterMs: BUSY_MS }, SERVER);
    }
    case 'day': {
      const until = nextDay(now, timezone);
      const message = `the budget of ${provider} for today is used up (${sofar}): it goes on tomorrow, or with a larger budget`;
      // A large one does not keep the small ones from what is left.
      if (wanted <= most * SMALL_SHARE) onBudget(provider, until, message);
      return unmade({ kind: 'overloaded', message, retryAfterMs: until - now }, SERVER);
    }
    default:
      return cap satisfies never;
  }
}

/** It is away for a reason that is no fault of the thought. */
const SERVER = { fault: 'server', strikes: 0 } as const;
/** How long it lets those under way go on. */
const BUSY_MS = 5000;
/** Of a day's budget: whoever wants no more, and does not get it, finds it used up. */
const SMALL_SHARE = 0.1;

const QUARTER_MS = 15 * 60_000;

/** When the day ends, to a quarter of an hour: no time zone is off by less. */
function nextDay(now: number, timezone: string): number {
  const today = dayOf(now, timezone);
  let at = Math.ceil((now + 1) / QUARTER_MS) * QUARTER_MS;
  while (dayOf(at, timezone) === today) at += QUARTER_MS;
  return at;
}
