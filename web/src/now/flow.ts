import type { FollowedEvent } from '../../../src/contract/live-event.ts';
import type { OutputState, ThoughtState } from '../../../src/contract/thought.ts';
import type { ThoughtRow, ThoughtView } from '../../../src/contract/thought-view.ts';

/** Something that was perceived, and what has come of it so far. */
export interface Thing {
  key: string;
  /** As thoughts name it: `file:/…/scan.pdf`, `process:lmstudio`, … */
  subject: string;
  /** When it was perceived last. */
  at: string;
  /** What happened to it: `added`, `modified`, `exited`, …; empty where that is not known. */
  change: string;
  /** Rules that are about it. */
  rules: readonly string[];
  /** In the order in which they came. */
  thoughts: readonly Thinking[];
}

/** A thought of a rule about it. */
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

/** What has happened lately, thing by thing. */
export interface Flow {
  /** Takes what has come; things that it changes are other objects then. */
  take(events: readonly FollowedEvent[]): void;
  /** Puts thoughts of before beneath what is there, and corrects what is known of them. */
  seed(rows: readonly ThoughtRow[]): void;
  /** Adds what only the whole thought tells. */
  detail(view: ThoughtView): void;
  /** The newest first. */
  things(): readonly Thing[];
}

/** Characters of an answer that are kept while it comes. */
const SAID = 4000;
/** Things that are kept, and among them those that no rule is about. */
const MOST = 200;
const MOST_UNMATCHED = 40;
const UNBEGUN: readonly ThoughtState[] = ['waiting', 'ready', 'cancelled'];

export function createFlow(): Flow {
  /** Newest first. */
  const order: string[] = [];
  const byKey = new Map<string, Thing>();
  const latest = new Map<string, string>();
  const keyOf = new Map<string, string>();
  /** Copied since the last `take` began: those are ours to change. */
  let fresh = new Set<Thing | Thinking>();
  let made = 0;

  function own<T extends Thing | Thinking>(one: T): T {
    if (fresh.has(one)) return one;
    const copy = { ...one };
    fresh.add(copy);
    return copy;
  }

  function change(key: string, how: (thing: Thing) => Partial<Thing>): void {
    const thing = byKey.get(key);
    if (thing === undefined) return;
    const mine = own(thing);
    Object.assign(mine, how(mine));
    byKey.set(key, mine);
  }

  function changeThought(id: string, how: (thinking: Thinking) => Partial<Thinking>): void {
    const key = keyOf.get(id);
    if (key === undefined) return;
    change(key, ({ thoughts }) => ({
      thoughts: thoughts.map((each) => {
        if (each.id !== id) return each;
        const mine = own(each);
        return Object.assign(mine, how(mine));
      }),
    }));
  }

  function add(thing: Omit<Thing, 'key'>, isOld = false): string {
    made += 1;
    const key = String(made);
    byKey.set(key, { ...thing, key });
    if (isOld) order.push(key);
    else order.unshift(key);
    if (!isOld || !latest.has(thing.subject)) latest.set(thing.subject, key);
    for (const { id } of thing.thoughts) keyOf.set(id, key);
    return key;
  }

  function perceive(subject: string, at: string, what: string, rules: readonly string[]): void {
    const key = latest.get(subject);
    const before = key === undefined ? undefined : byKey.get(key);
    const isSame = before?.thoughts.every(({ state }) => UNBEGUN.includes(state)) ?? false;
    if (key === undefined || before === undefined || !isSame) {
      add({ subject, at, change: what, rules, thoughts: [] });
      return;
    }
    change(key, () => ({ at, change: what, rules }));
    order.splice(order.indexOf(key), 1);
    order.unshift(key);
  }

  function turn(event: Extract<FollowedEvent, { type: 'state' }>): void {
    const { thought: id, rule, subject, state, reason, at } = event;
    if (keyOf.has(id)) {
      changeThought(id, () => ({
        state,
        reason,
        at,
        ...(state === 'ready' && { said: '', reasoned: '', tokens: 0 }),
      }));
      return;
    }
    const begun = { ...NOTHING, id, rule, state, reason, at };
    const key = latest.get(subject);
    if (key === undefined || !byKey.has(key)) {
      add({ subject, at, change: '', rules: [rule], thoughts: [begun] });
      return;
    }
    keyOf.set(id, key);
    // Where a newer one of the same rule came, nobody asks for the one that it took the place of.
    change(key, ({ thoughts }) => ({
      thoughts: [...thoughts.filter((each) => each.rule !== rule || each.state !== 'cancelled'), begun],
    }));
  }

  function takeOne(event: FollowedEvent): void {
    if (event.type === 'perceived') perceive(`file:${event.path}`, event.at, event.change, event.rules);
    if (event.type === 'happened') perceive(event.subject, event.at, lastPart(event.kind), event.rules);
    if (event.type === 'state') turn(event);
    if (event.type === 'sent') {
      const asked = { model: `${event.provider}/${event.model}`, sentAt: event.at };
      changeThought(event.thought, () => ({ ...asked, said: '', reasoned: '', tokens: 0 }));
    }
    if (event.type === 'token') changeThought(event.thought, (thinking) => withToken(thinking, event));
    if (event.type === 'output')
      changeThought(event.thought, ({ outputs }) => ({ outputs: withOutput(outputs, event) }));
  }

  function forgetOld(): void {
    const unmatched = order.filter((key) => byKey.get(key)?.rules.length === 0);
    const gone = new Set(unmatched.slice(MOST_UNMATCHED));
    for (const key of order.filter((key) => !gone.has(key)).slice(MOST)) gone.add(key);
    if (gone.size === 0) return;
    const kept = order.filter((key) => !gone.has(key));
    order.splice(0, order.length, ...kept);
    for (const key of gone) {
      const thing = byKey.get(key);
      byKey.delete(key);
      for (const { id } of thing?.thoughts ?? []) keyOf.delete(id);
      if (thing !== undefined && latest.get(thing.subject) === key) latest.delete(thing.subject);
    }
  }

  return {
    take(events) {
      fresh = new Set();
      for (const event of events) {
        takeOne(event);
        if (order.length > MOST * 2) forgetOld();
      }
      forgetOld();
    },
    seed(rows) {
      fresh = new Set();
      for (const row of rows) {
        const { id, rule, state, reason, timestamp: at } = row;
        if (keyOf.has(id)) changeThought(id, (now) => (now.state === state ? {} : { state, reason }));
        else {
          const thoughts = [{ ...NOTHING, id, rule, state, reason, at }];
          add(
            { subject: row.context.subject, at, change: row.context.change ?? '', rules: [rule], thoughts },
            true,
          );
        }
      }
      forgetOld();
    },
    detail(view) {
      fresh = new Set();
      const attempt = view.attempts.findLast(({ provider }) => provider !== null);
      changeThought(view.id, () => ({
        answer: view.answer,
        model: attempt === undefined ? '' : `${attempt.provider}/${attempt.model}`,
        tokens: attempt?.usage.outputTokens ?? 0,
        outputs: view.outputs.map(({ kind, target, state, reason }) => ({ kind, target, state, reason })),
      }));
    },
    things: () => order.flatMap((key) => byKey.get(key) ?? []),
  };
}

const NOTHING = {
  ...{ model: '', sentAt: null, said: '', reasoned: '', tokens: 0, answer: undefined, outputs: [] },
} as const;

function withOutput(
  outputs: readonly Written[],
  { kind, target, state, reason }: Written,
): readonly Written[] {
  const next = { kind, target, state, reason };
  const at = outputs.findIndex((each) => each.kind === kind && each.target === target);
  return at < 0 ? [...outputs, next] : outputs.with(at, next);
}

function withToken(
  { said, reasoned, tokens }: Thinking,
  token: { text: string; reasoning: boolean },
): Partial<Thinking> {
  const text = ((token.reasoning ? reasoned : said) + token.text).slice(-SAID);
  return { tokens: tokens + 1, ...(token.reasoning ? { reasoned: text } : { said: text }) };
}

/** `exited` of `process.exited`. */
function lastPart(kind: string): string {
  return kind.slice(kind.indexOf('.') + 1);
}
