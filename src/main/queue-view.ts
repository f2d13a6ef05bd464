import type { ProviderHealth } from '../contract/provider-health.ts';
import type { LaneView, QueueView } from '../contract/queue-view.ts';
import { THOUGHT_STATES } from '../contract/thought.ts';
import type { Lanes } from '../mind/lanes.ts';
import type { Mind } from '../mind/worker.ts';
import type { QueueAges, ReadyFacts } from '../store/queries/queue-ages.ts';
import type { QueueFacts } from '../store/queries/queue-facts.ts';
import type { Store } from '../store/store.ts';
import type { ProviderSet } from './providers.ts';
import type { Routing } from './routing.ts';

/** Where thoughts stand, and who thinks next those that are ready. */
export async function queueView({ store, routing, providers, mind }: QueueParts): Promise<QueueView> {
  const [facts, ages] = await Promise.all([
    store.read('queueFacts', undefined),
    store.read('queueAges', undefined),
  ]);
  return queueViewOf({
    facts,
    ages,
    lanes: routing.lanes(),
    providers: [...providers.map().values()].map(({ name, slots }) => ({
      ...{ name, slots, busy: mind.busy(name), health: providers.health.health(name) },
    })),
    why: routing.why,
  });
}

interface QueueParts {
  store: Store;
  routing: Pick<Routing, 'lanes' | 'why'>;
  providers: ProviderSet;
  mind: Pick<Mind, 'busy'>;
}

export interface QueueViewFacts {
  facts: QueueFacts;
  ages: QueueAges;
  lanes: Pick<Lanes, 'routes'>;
  /** Every provider that is configured, in its order. */
  providers: readonly { name: string; slots: number; busy: number; health: ProviderHealth }[];
  /** Why ready thoughts of a version are held; null where they are claimed. */
  why(version: string): string | null;
}

/** The same, pure. */
export function queueViewOf({ facts, ages, lanes, providers, why }: QueueViewFacts): QueueView {
  const byLane = Map.groupBy(ages.ready, ({ version }) => laneOf(lanes, version));
  const ownerless = (paused: boolean): LaneView[] => {
    const ready = byLane.get(paused ? PAUSED : NOBODY) ?? [];
    const nobody = { provider: null, paused, state: null, slots: 0, busy: 0 };
    return ready.length === 0 ? [] : [{ ...nobody, ...waitingOf(ready, why) }];
  };
  return {
    states: THOUGHT_STATES.map((state) => ({
      state,
      count: facts.queue[state],
      oldest: timeOf(ages.oldestAt[state]),
    })),
    running: { oldest: timeOf(facts.oldestRunningAt) },
    lanes: [
      ...providers.map(({ name, slots, busy, health }) => ({
        ...{ provider: name, paused: false, state: health.state, slots, busy },
        ...waitingOf(byLane.get(name) ?? [], why),
      })),
      ...ownerless(true),
      ...ownerless(false),
    ],
  };
}

/** Lanes that are no provider's. */
const PAUSED = Symbol('paused');
const NOBODY = Symbol('nobody');

function laneOf(lanes: Pick<Lanes, 'routes'>, version: string): string | symbol {
  const where = lanes.routes.get(version);
  if (where?.kind === 'paused') return PAUSED;
  return where !== undefined && 'provider' in where ? where.provider : NOBODY;
}

type Waiting = Omit<LaneView, 'provider' | 'paused' | 'state' | 'slots' | 'busy'>;

function waitingOf(ready: readonly ReadyFacts[], why: (version: string) => string | null): Waiting {
  const sum = (number: (each: ReadyFacts) => number) => ready.reduce((all, each) => all + number(each), 0);
  const reasons = ready.map(({ version }) => why(version));
  const [reason = null] = reasons;
  const total = sum((each) => each.ready);
  const [requests, reactions, background] = [
    sum((each) => each.requests),
    sum((each) => each.reactions),
    sum((each) => each.background),
  ];
  const times = ready.flatMap(({ oldestAt }) => oldestAt ?? []);
  return {
    held: reasons.includes(null) ? null : reason,
    ...{ ready: total, requests, reactions, background },
    // What was counted a moment later may be fewer.
    uncounted: Math.max(0, total - requests - reactions - background),
    oldest: timeOf(times.length === 0 ? null : Math.min(...times)),
    rules: ready.map(({ rule, ready }) => ({ name: rule, ready })),
  };
}

function timeOf(at: number | null | undefined): string | null {
  return at === null || at === undefined ? null : new Date(at).toISOString();
}
