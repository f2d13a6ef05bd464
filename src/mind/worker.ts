import { createBell } from '../base/bell.ts';
import { createLimit, type Limit } from '../base/limit.ts';
import type { Provider } from '../contract/provider.ts';
import type { Rule } from '../contract/rule.ts';
import type { ThoughtState } from '../contract/thought.ts';
import type { Leases } from '../queue/lease.ts';
import { LEASE_MS } from '../queue/lease.ts';
import type { ClaimedThought } from '../store/operations/claim.ts';
import { eventData } from '../store/queries/list-thoughts.ts';
import { lanesOf } from './lanes.ts';
import { type ThinkContext, think } from './think.ts';

/** The longest wait without looking at the queue. */
const MAX_WAIT_MS = 60_000;

/** How long running calls may go on after the daemon was asked to stop. */
const DRAIN_MS = 20_000;

export interface MindOptions extends Omit<ThinkContext, 'timezone'> {
  /** Of the configuration in force. */
  timezone(): string;
  /** Asked anew at every look: the configuration may have changed. */
  providers(): ReadonlyMap<string, Provider>;
  /** Extra attempts per thought on that provider. */
  maxRetries(provider: string): number;
  leases: Leases;
  /** The rules in force, the built-in request rule among them. */
  rules(): readonly Rule[];
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
  const limits = new Map<string, Limit>();
  const limitOf = (provider: Provider): Limit => {
    // Slots are part of the key: a reload that changes them begins anew beside the calls under way.
    const key = `${provider.name} ${provider.slots}`;
    const known = limits.get(key) ?? createLimit(provider.slots, () => bell.ring());
    limits.set(key, known);
    return known;
  };
  const stopping = new AbortController();

  async function claimSome(): Promise<number | null> {
    const rules = options.rules();
    // What the lanes were made of is what the claimed go to, whatever a reload exchanges meanwhile.
    const providers = options.providers();
    const { open, routes } = lanesOf(rules, options.health.health, providers);
    const lanes = open.flatMap(({ provider, versions }) => {
      const found = providers.get(provider);
      const slots = found ? limitOf(found).free() : 0;
      return slots > 0 ? [{ versions, slots }] : [];
    });
    const now = options.clock.now();
    const { claimed, waiting, nextAt } = await options.store.write('claim', {
      owner: options.owner,
      lanes,
      leaseMs: LEASE_MS,
      now,
    });
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
      limitOf(provider).start(() => thinkOne(thought, rule, provider, where.model));
    }
    return nextAt;
  }

  async function thinkOne(
    thought: ClaimedThought,
    rule: Rule,
    provider: Provider,
    model: string,
  ): Promise<void> {
    const lease = options.leases.hold(thought.id, thought.attempt);
    tell(thought, 'running', '');
    try {
      const signal = AbortSignal.any([lease.signal, stopping.signal]);
      const data = options.dataFor(rule, eventData(thought.data));
      const maxRetries = options.maxRetries(provider.name);
      const context: ThinkContext = { ...options, timezone: options.timezone() };
      const ended = await think(
        { thought, data, rule, provider, model, maxRetries },
        context,
        signal,
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
    const idle = Promise.all(Array.from(limits.values(), (limit) => limit.idle()));
    const timer = setTimeout(() => stopping.abort(new Error('the daemon stops')), DRAIN_MS);
    await idle;
    clearTimeout(timer);
  }

  return {
    look: () => bell.ring(),
    busy: (name) => {
      const provider = options.providers().get(name);
      return provider ? provider.slots - limitOf(provider).free() : 0;
    },
    async run(signal) {
      while (!signal.aborted) {
        const nextAt = await claimSome();
        const waitMs = nextAt === null ? MAX_WAIT_MS : Math.max(10, nextAt - options.clock.now());
        await bell.wait(Math.min(waitMs, MAX_WAIT_MS), signal);
      }
      await drain();
    },
  };
}
