import type { FollowedEvent } from '../../../src/contract/live-event.ts';
import type { ThoughtState } from '../../../src/contract/thought.ts';
import type { ThoughtRow, ThoughtView } from '../../../src/contract/thought-view.ts';
import {
  asked,
  begun,
  found,
  type Thinking,
  turned,
  withBeginning,
  withOutput,
  withToken,
  withWhole,
} from './thinking.ts';

/** Something that was perceived, and what has come of it so far. */
export interface Thing {
  key: string;
  /** Number of the event in the journal; null where that is not known. */
  event: number | null;
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

/** What has happened lately, thing by thing. */
export interface Flow {
  /** Takes what has come; things that it changes are other objects then. */
  take(events: readonly FollowedEvent[]): void;
  /** Puts thoughts, the newest first, to where they belong in time, and corrects what is known of them. */
  seed(rows: readonly ThoughtRow[]): void;
  /** Adds what only the whole thought tells. */
  detail(view: ThoughtView): void;
  /** Adds what a running one said before anybody listened. */
  join(id: string, text: string): void;
  /** The newest first. */
  things(): readonly Thing[];
}

/** Things that are kept, and among them those that no rule is about. */
const MOST = 200;
const MOST_UNMATCHED = 40;
const UNBEGUN: readonly ThoughtState[] = ['waiting', 'ready', 'cancelled'];

export function createFlow(): Flow {
  /** Newest first. */
  const order: string[] = [];
  const byKey = new Map<string, Thing>();
  const latest = new Map<string, string>();
  const byEvent = new Map<number, string>();
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

  function add(thing: Omit<Thing, 'key'>, place = 0): void {
    made += 1;
    const key = String(made);
    byKey.set(key, { ...thing, key });
    order.splice(place, 0, key);
    if (thing.event !== null) byEvent.set(thing.event, key);
    for (const { id } of thing.thoughts) keyOf.set(id, key);
    const newest = byKey.get(latest.get(thing.subject) ?? '');
    if (newest === undefined || newest.at <= thing.at) latest.set(thing.subject, key);
  }

  function perceive(event: number, what: Pick<Thing, 'subject' | 'at' | 'change' | 'rules'>): void {
    const key = latest.get(what.subject);
    const before = key === undefined ? undefined : byKey.get(key);
    const isSame = before?.thoughts.every(({ state }) => UNBEGUN.includes(state)) ?? false;
    const { subject, at, rules } = what;
    if (key === undefined || before === undefined || !isSame) {
      add({ subject, at, change: what.change, rules, event, thoughts: [] });
      return;
    }
    change(key, () => ({ event, at, change: what.change, rules }));
    byEvent.set(event, key);
    order.splice(order.indexOf(key), 1);
    order.unshift(key);
  }

  function turn(event: Extract<FollowedEvent, { type: 'state' }>): void {
    const { thought: id, rule, subject, state, reason, at } = event;
    if (keyOf.has(id)) {
      changeThought(id, () => turned(event));
      return;
    }
    const first = begun({ id, rule, state, reason, at, heard: 'whole' });
    const key = latest.get(subject);
    if (key === undefined || !byKey.has(key)) {
      add({ subject, at, event: null, change: '', rules: [rule], thoughts: [first] });
      return;
    }
    keyOf.set(id, key);
    // Where a newer one of the same rule came, nobody asks for the one that it took the place of.
    change(key, ({ thoughts }) => ({
      thoughts: [...thoughts.filter((each) => each.rule !== rule || each.state !== 'cancelled'), first],
    }));
  }

  function sow({ id, rule, state, reason, timestamp: at, context }: ThoughtRow): void {
    if (keyOf.has(id)) {
      changeThought(id, (now) => found(now, { state, reason }));
      return;
    }
    const first = begun({ id, rule, state, reason, at, heard: 'part' });
    const key = byEvent.get(context.event);
    if (key === undefined) {
      const { subject, event } = context;
      const older = order.findIndex((each) => (byKey.get(each)?.at ?? '') < at);
      const thing = { subject, event, at, change: context.change ?? '', rules: [rule], thoughts: [first] };
      add(thing, older < 0 ? order.length : older);
      return;
    }
    keyOf.set(id, key);
    change(key, ({ thoughts, rules }) => ({
      thoughts: [first, ...thoughts],
      rules: rules.includes(rule) ? rules : [...rules, rule],
    }));
  }

  /** Something was not told, and may have been said by any of them. */
  function missed(): void {
    for (const [id, key] of keyOf) {
      const isRunning = byKey.get(key)?.thoughts.some((each) => each.id === id && each.state === 'running');
      if (isRunning) changeThought(id, () => ({ heard: 'part' }));
    }
  }

  function takeOne(event: FollowedEvent): void {
    if (event.type === 'perceived') perceive(event.seq, { ...event, subject: `file:${event.path}` });
    if (event.type === 'happened') perceive(event.seq, { ...event, change: lastPart(event.kind) });
    if (event.type === 'state') turn(event);
    if (event.type === 'sent') changeThought(event.thought, () => asked(event));
    if (event.type === 'token') changeThought(event.thought, (now) => withToken(now, event));
    if (event.type === 'output')
      changeThought(event.thought, ({ outputs }) => ({ outputs: withOutput(outputs, event) }));
    if (event.type === 'gap' || event.type === 'dropped') missed();
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
      if (thing === undefined) continue;
      if (latest.get(thing.subject) === key) latest.delete(thing.subject);
    }
    for (const [event, key] of byEvent) if (!byKey.has(key)) byEvent.delete(event);
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
      for (const row of rows) sow(row);
      forgetOld();
    },
    detail(view) {
      fresh = new Set();
      changeThought(view.id, (now) => withWhole(now, view));
    },
    join(id, text) {
      fresh = new Set();
      changeThought(id, (now) => withBeginning(now, text));
    },
    things: () => order.flatMap((key) => byKey.get(key) ?? []),
  };
}

/** `exited` of `process.exited`. */
function lastPart(kind: string): string {
  return kind.slice(kind.indexOf('.') + 1);
}
