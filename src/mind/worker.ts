import { createBell } from '../base/bell.ts';
import type { Provider } from '../contract/provider.ts';
import type { Rule } from '../contract/rule.ts';
import type { ThoughtState } from '../contract/thought.ts';
import type { Leases } from '../queue/lease.ts';
import { LEASE_MS } from '../queue/lease.ts';
import type { NotNow } from '../queue/manners.ts';
import type { ClaimedThought } from '../store/operations/claim.ts';
import type { RateLimit } from '../store/operations/rate.ts';
import { eventData } from '../store/queries/list-thoughts.ts';
import type { ThinkContext } from './assignment.ts';
import { createLane, type EnterCall, type Lane } from './lane.ts';
import { lanesOf } from './lanes.ts';
import type { Places } from './places.ts';
import { think } from './think.ts';

/** The longest wait without looking at the queue. */
const MAX_WAIT_MS = 60_000;

/** How long running calls may go on after the daemon was asked to stop. */
const DRAIN_MS = 20_000;

export interface MindOptions extends Omit<ThinkContext, 'timezone' | 'enterCall' | 'asked' | 'sure'> {
  /** Of the configuration in force. */
  timezone(): string;
  /** How long running calls may go on after `run` was asked to end; default 20 s. */
  drainMs?: number;
  /** Extra attempts per thought on that provider. */
  maxRetries(provider: string): number;
  leases: Leases;
  /** Shared with the monitor of the providers' health, which calls them too. */
  places: Places;
  /** The rules in force, the built-in request rule among them. */
  rules(): readonly Rule[];
  /** Why a rule is paused; null where it is not. */
  pausedWhy(rule: string): string | null;
  /** Why a rule's manners do not let it think now what no person asked for; null = they do. */
  notNow(rule: Rule): NotNow | null;
  /** Of which versions ready thoughts wait, at every look. */
  onWaiting(versions: readonly string[]): void;
  /** Which rules have used up their rate, and until when (epoch ms), at every look. */
  onLimited(limited: readonly { rule: string; until: number }[]): void;
  /** A thought came back under a rule version that is no longer in force. */
  onOutdated(): Promise<void>;
  /** An answer is recorded and its outputs wait to be applied. */
  onAnswered(): void;
}

export interface Mind {
  /** Says that something may be claimable: a thought became ready, a provider came back, rules changed. */
  look(): void;
  /** Calls under way at a provider. */
  busy(provider: string): number;
  /** Claims and thinks until `signal` aborts; then lets running calls finish for up to 20 s and hands the rest back. */
  run(signal: AbortSignal): Promise<void>;
}

/** The thinking loop: claims what a healthy provider has a slot for. */
export function createMind(options: MindOptions): Mind {
  const bell = createBell();
  const lanes = new Map<string, Lane>();
  const laneOf = ({ name }: Provider): Lane => {
    const known = lanes.get(name);
    if (known) return known;
    const slots = () => options.providers().get(name)?.slots ?? 1;
    const lane = createLane({
      slots,
      enter: (signal, rank) => options.places.enter({ name, slots: slots() }, signal, rank),
      clock: options.clock,
      onFreed: () => bell.ring(),
    });
    lanes.set(name, lane);
    return lane;
  };
  const stopping = new AbortController();

  async function claimSome(): Promise<number | null> {
    const rules = options.rules();
    // What the lanes were made of is what the claimed go to, whatever a reload exchanges meanwhile.
    const providers = options.providers();
    const { open, routes } = lanesOf(rules, options.health.health, providers, options.pausedWhy);
    const claimable = open.flatMap(({ provider, versions }) => {
      const found = providers.get(provider);
      const slots = found ? laneOf(found).free() : 0;
      return slots > 0 ? [{ versions, slots }] : [];
    });
    const polite = new Map(
      rules.flatMap((rule) => {
        const hold = options.notNow(rule);
        return hold === null ? [] : [[rule.version, hold] as const];
      }),
    );
    const askedAt = options.clock.monotonic();
    const { claimed, waiting, limited, nextAt } = await options.store.write('claim', () => ({
      owner: options.owner,
      lanes: claimable,
      rates: ratesOf(rules),
      askedOnly: [...polite.keys()],
      leaseMs: LEASE_MS,
      // Of each try: a lease counted from before a full disk could have run out when it is committed.
      now: options.clock.now(),
    }));
    options.onWaiting(waiting);
    options.onLimited(limited.filter(({ version }) => waiting.includes(version)));
    const heldBy = waiting.flatMap((version) => {
      const where = routes.get(version);
      return where?.kind === 'held' ? [where.provider] : [];
    });
    options.health.want(new Set(heldBy));
    for (const thought of claimed) {
      const rule = rules.find((each) => each.version === thought.version);
      const where = routes.get(thought.version);
      const provider = where?.kind === 'go' ? providers.get(where.provider) : undefined;
      if (!rule || where?.kind !== 'go' || !provider) continue;
      laneOf(provider).start(askedAt, (enterCall, asked) =>
        thinkOne(thought, { rule, provider, model: where.model, enterCall, asked }),
      );
    }
    const over = waiting.flatMap((version) => polite.get(version)?.until ?? []);
    return nextAt === null && over.length === 0
      ? null
      : Math.min(nextAt ?? Number.POSITIVE_INFINITY, ...over);
  }

  async function thinkOne(
    thought: ClaimedThought,
    {
      rule,
      provider,
      model,
      enterCall,
      asked,
    }: { rule: Rule; provider: Provider; model: string; enterCall: EnterCall; asked: () => void },
  ): Promise<void> {
    const lease = options.leases.hold(thought.id, thought.attempt);
    tell(thought, 'running', '');
    try {
      const data = options.dataFor(rule, eventData(thought.data));
      const maxRetries = options.maxRetries(provider.name);
      const context: ThinkContext = {
        ...options,
        timezone: options.timezone(),
        enterCall: (other) =>
          other.name === provider.name
            ? enterCall
            : (inTime, rank) => options.places.enter(other, inTime, rank),
        asked,
        sure: options.leases.sure,
      };
      const ended = await think(
        { thought, data, rule, provider, model, maxRetries },
        context,
        lease.signal,
        stopping.signal,
      );
      if (ended) tell(thought, ended.state, ended.reason);
      if (ended?.state === 'answered') options.onAnswered();
      const isOutdated = !options.rules().some((each) => each.version === rule.version);
      if (ended?.state === 'ready' && isOutdated) await options.onOutdated();
    } catch (error) {
      // Only a store that is gone gets here; its own worker ends the daemon.
      options.log.error('thought abandoned', { thought: thought.id, error });
    } finally {
      lease.release();
    }
  }

  function tell(thought: ClaimedThought, state: ThoughtState, reason: string): void {
    const at = new Date(options.clock.now()).toISOString();
    options.live({
      type: 'state',
      at,
      thought: thought.id,
      rule: thought.rule,
      subject: thought.subject,
      state,
      reason,
    });
  }

  async function drain(): Promise<void> {
    const idle = Promise.all(Array.from(lanes.values(), (lane) => lane.idle()));
    const timer = setTimeout(() => {
      const reason = new Error('the daemon stops');
      stopping.abort(reason);
      options.leases.revokeAll(reason);
    }, options.drainMs ?? DRAIN_MS);
    try {
      await idle;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    look: () => bell.ring(),
    busy: (name) => {
      const provider = options.providers().get(name);
      return provider ? laneOf(provider).busy() : 0;
    },
    async run(signal) {
      while (!signal.aborted) {
        for (const lane of lanes.values()) lane.assertWell();
        const nextAt = await claimSome();
        const waitMs = nextAt === null ? MAX_WAIT_MS : Math.max(10, nextAt - options.clock.now());
        await bell.wait(Math.min(waitMs, MAX_WAIT_MS), signal);
      }
      await drain();
    },
  };
}

/** By version: the limits of the rules that have one. */
function ratesOf(rules: readonly Rule[]): Map<string, RateLimit> {
  return new Map(
    rules.flatMap(({ name, version, mind }): [string, RateLimit][] =>
      mind.rate === undefined ? [] : [[version, { rule: name, ...mind.rate }]],
    ),
  );
}
