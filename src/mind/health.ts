import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import {
  FAILURE_KINDS,
  type Provider,
  type ProviderFailure,
  type ProviderHealth,
} from '../contract/provider.ts';
import { afterAnswer, afterFailure, afterProbe, unasked, type Watched } from './health-state.ts';

/** Knows how every provider is, from its probes and from what calls report. */
export interface HealthMonitor {
  /** Of an unknown name: `offline`, with the reason. */
  health(name: string): ProviderHealth;
  /** What a call came to; a failure of a `held` kind counts at once. */
  report(name: string, outcome: ProviderFailure | 'ok'): void;
  /**
   * Which providers thoughts wait for: a held one of them is asked every second, the others every five; until it
   * is first told, all are.
   */
  want(names: ReadonlySet<string>): void;
  /** Probes until the signal aborts, then resolves; never more than one probe of a provider at a time. */
  watch(signal: AbortSignal): Promise<void>;
}

export interface HealthMonitorOptions {
  providers: readonly Provider[];
  clock: Clock;
  random: Random;
  /** State, reason or loaded model are different now. */
  onChange: (name: string, health: ProviderHealth) => void;
}

interface Entry {
  provider: Provider;
  watched: Watched;
  wanted: boolean;
  /** Counts held reports, so that a probe which began before one cannot overrule it. */
  holds: number;
  /** Wakes the loop: the time of the next probe has changed. */
  wake: () => void;
}

export function createHealthMonitor({
  providers,
  clock,
  random,
  onChange,
}: HealthMonitorOptions): HealthMonitor {
  const moment = () => ({ wall: clock.now(), monotonic: clock.monotonic() });
  const entries = new Map<string, Entry>();
  for (const provider of providers) {
    entries.set(provider.name, {
      provider,
      watched: unasked(moment()),
      wanted: true,
      holds: 0,
      wake: () => undefined,
    });
  }

  const become = (entry: Entry, watched: Watched) => {
    const before = entry.watched;
    entry.watched = watched;
    if (isNews(before.health, watched.health)) onChange(entry.provider.name, watched.health);
  };

  const probe = async (entry: Entry, signal: AbortSignal) => {
    const { holds } = entry;
    const seen = await entry.provider.probe(signal);
    const stale = seen.state === 'online' && entry.holds !== holds;
    if (!stale) become(entry, afterProbe(entry.watched, seen, moment(), random, entry.wanted));
  };

  const follow = async (entry: Entry, signal: AbortSignal) => {
    while (!signal.aborted) {
      const wait = entry.watched.probeAt - clock.monotonic();
      if (wait > 0) await nap(entry, clock, wait, signal);
      else await probe(entry, signal);
    }
  };

  return {
    health: (name) => entries.get(name)?.watched.health ?? nobody(name),
    report(name, outcome) {
      const entry = entries.get(name);
      if (entry === undefined) return;
      const { probeAt } = entry.watched;
      const after =
        outcome === 'ok'
          ? afterAnswer(entry.watched, moment())
          : afterFailure(entry.watched, outcome, moment(), random);
      if (outcome !== 'ok' && FAILURE_KINDS[outcome.kind] === 'held') entry.holds += 1;
      become(entry, after);
      if (after.probeAt < probeAt) entry.wake();
    },
    want(names) {
      for (const [name, entry] of entries) {
        const isNews = names.has(name) && !entry.wanted;
        entry.wanted = names.has(name);
        const { health, probeAt } = entry.watched;
        if (!isNews || (health.state !== 'offline' && health.state !== 'loading')) continue;
        entry.watched = { ...entry.watched, probeAt: Math.min(probeAt, clock.monotonic()) };
        entry.wake();
      }
    },
    async watch(signal) {
      const loops = [...entries.values()].map((entry) =>
        follow(entry, signal).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        }),
      );
      await Promise.all(loops);
    },
  };
}

/** Sleeps until the next probe is due, or sooner when a report brought it forward. */
async function nap(entry: Entry, clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const woken = new AbortController();
  entry.wake = () => woken.abort();
  try {
    await clock.sleep(ms, AbortSignal.any([signal, woken.signal]));
  } catch (error) {
    if (!woken.signal.aborted) throw error;
  } finally {
    entry.wake = () => undefined;
  }
}

function isNews(before: ProviderHealth, after: ProviderHealth): boolean {
  return (
    before.state !== after.state ||
    before.reason !== after.reason ||
    before.loaded !== after.loaded ||
    before.retryAt !== after.retryAt
  );
}

function nobody(name: string): ProviderHealth {
  return {
    state: 'offline',
    reason: `no provider is named ${name}`,
    models: [],
    loaded: null,
    checkedAt: null,
  };
}
