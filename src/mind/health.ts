import type { Clock } from '../base/clock.ts';
import { createKeyedMutex } from '../base/keyed-mutex.ts';
import type { Random } from '../base/random.ts';
import { unlessAborted } from '../base/unless-aborted.ts';
import { FAILURE_KINDS, isDoubtful, type Provider, type ProviderFailure } from '../contract/provider.ts';
import type { ProviderHealth } from '../contract/provider-health.ts';
import {
  afterAnswer,
  afterFailure,
  afterModelTrial,
  afterProbe,
  afterTrial,
  isNews,
  needsTrial,
  nobody,
  unasked,
  type Watched,
} from './health-state.ts';
import { type Places, RANK } from './places.ts';
import { heldReason } from './route.ts';
import {
  accused,
  cleared,
  NO_SUSPECTS,
  returned,
  STRIKE_LIMIT,
  type Suspects,
  strikesOf,
} from './suspects.ts';
import { tryCall } from './trial.ts';

/** Whose fault a failed call was. `strikes`: how often in a row the server went away under this thought's call. */
export type Blame = { fault: 'thought' } | { fault: 'server'; strikes: number };

/** Whose call it was, of which model. */
export interface CallOf {
  thought: string;
  model: string;
}

/** Knows how every provider is, from its probes and from what calls came to. */
export interface HealthMonitor {
  /** Of an unknown name: `offline`, with the reason. */
  health(name: string): ProviderHealth;
  /** A call was answered. */
  answered(name: string, thought: string): void;
  /** Resolves when nobody asks the provider whose fault a failed call was: before that, nobody should call it. */
  settled(name: string, signal: AbortSignal): Promise<void>;
  /**
   * Whose fault a failed call was. One that the server refused for now is a hold at once. After a doubtful one the
   * server is asked: for its models, then for one token. However many calls fail together, that is one trial call.
   * It gets the next place of the provider that becomes free, so that of the failed call is given back after this is
   * called, not after it has resolved.
   */
  blame(name: string, failure: ProviderFailure, call: CallOf, signal: AbortSignal): Promise<Blame>;
  /** Runs a call; those of suspects one at a time, so that of several the guilty one is found. */
  inTurn<T>(name: string, thought: string, call: () => Promise<T>): Promise<T>;
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
  /** Shared with those who think: a trial call has a place as every call does. */
  places: Places;
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
  suspects: Suspects;
  /** Monotonic milliseconds until which it is watched closely, since it went away under somebody's call. */
  closelyUntil: number;
  /** The answer to a doubtful failure that is being looked for. */
  asking: Promise<void> | null;
  /** Wakes the loop: the time of the next probe has changed. */
  wake: () => void;
}

export function createHealthMonitor({
  providers,
  places,
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
      suspects: NO_SUSPECTS,
      closelyUntil: 0,
      asking: null,
      wake: () => undefined,
    });
  }
  const turns = createKeyedMutex();
  const closing = new AbortController();

  const become = (entry: Entry, watched: Watched) => {
    const before = entry.watched;
    entry.watched = watched;
    const isBack = before.health.state !== 'online' && watched.health.state === 'online';
    if (isBack && (before.health.state !== 'overloaded' || entry.suspects.now.size > 0)) {
      entry.suspects = returned(entry.suspects);
      entry.closelyUntil = entry.suspects.before.size > 0 ? clock.monotonic() + CLOSELY_MS : 0;
    }
    const lacks = ({ missing }: ProviderHealth) => missing?.length ?? 0;
    const isModelBack = watched.health.state === 'online' && lacks(watched.health) < lacks(before.health);
    if (isModelBack && !isBack) entry.suspects = returned(entry.suspects);
    if (clock.monotonic() < entry.closelyUntil && entry.suspects.before.size > 0)
      entry.watched.probeAt = Math.min(watched.probeAt, clock.monotonic() + CLOSE_MS);
    if (isNews(before.health, watched.health)) onChange(entry.provider.name, watched.health);
  };

  const probe = async (entry: Entry, signal: AbortSignal) => {
    const { holds } = entry;
    const seen = await entry.provider.probe(signal);
    const stale = seen.state === 'online' && entry.holds !== holds;
    if (stale) return;
    const listed = afterProbe(entry.watched, seen, moment(), random, entry.wanted);
    become(entry, listed);
    const { trial } = listed;
    if (trial !== null && seen.state === 'online' && needsTrial(listed, moment()))
      await inPlace(entry, signal, () => tryOnce(entry, trial, signal));
    for (const model of listed.health.missing ?? []) await tryMissing(entry, model, signal);
  };

  /** Trial calls go before the thoughts that wait: these are made ready for a server that may be gone. */
  const inPlace = async <T>({ provider }: Entry, signal: AbortSignal, work: () => Promise<T>): Promise<T> => {
    const leave = await places.enter(provider, signal, RANK.trial);
    try {
      return await work();
    } finally {
      leave();
    }
  };

  const tryMissing = async (entry: Entry, model: string, signal: AbortSignal) => {
    if (entry.watched.health.state !== 'online') return;
    const outcome = await inPlace(entry, signal, () => tryCall(entry.provider, model, clock, signal));
    become(entry, afterModelTrial(entry.watched, outcome, model));
  };

  const tryOnce = async (entry: Entry, model: string, signal: AbortSignal) => {
    const outcome = await tryCall(entry.provider, model, clock, signal);
    become(entry, afterTrial(entry.watched, outcome, model, moment(), random, entry.wanted));
  };

  /** After a doubtful failure: how is the server itself? Asks for its place before anything else. */
  const ask = (entry: Entry, model: string, signal: AbortSignal) =>
    inPlace(entry, signal, async () => {
      const seen = await entry.provider.probe(signal);
      if (seen.state === 'online') await tryOnce(entry, model, signal);
      else become(entry, afterProbe(entry.watched, seen, moment(), random, entry.wanted));
      entry.wake();
    });

  const serverAtFault = (entry: Entry, { thought }: CallOf, underTheCall: boolean): Blame => {
    if (!underTheCall) return { fault: 'server', strikes: 0 };
    entry.suspects = accused(entry.suspects, thought);
    const strikes = strikesOf(entry.suspects, thought);
    // Given up now: where a person asks for it again, it begins without a record.
    if (strikes >= STRIKE_LIMIT) entry.suspects = cleared(entry.suspects, thought);
    return { fault: 'server', strikes };
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
    answered(name, thought) {
      const entry = entries.get(name);
      if (entry === undefined) return;
      entry.suspects = cleared(entry.suspects, thought);
      become(entry, afterAnswer(entry.watched, moment()));
    },
    async settled(name, signal) {
      const asking = entries.get(name)?.asking;
      // How it went is told by its health, and to whoever asked.
      if (asking)
        await unlessAborted(
          asking.catch(() => undefined),
          signal,
        );
    },
    async blame(name, failure, call, signal) {
      const entry = entries.get(name);
      if (entry === undefined) return { fault: 'thought' };
      if (isDoubtful(failure)) {
        // Where it is held already, everybody knows.
        if (entry.watched.health.state === 'online') {
          entry.asking ??= ask(entry, call.model, closing.signal).finally(() => {
            entry.asking = null;
          });
          try {
            await unlessAborted(entry.asking, signal);
          } catch (error) {
            // The providers were exchanged, or everything ends: nobody is to blame.
            if (signal.aborted || !closing.signal.aborted) throw error;
            return { fault: 'server', strikes: 0 };
          }
        }
        if (heldReason(entry.watched.health, name, call.model) === null) return { fault: 'thought' };
        return serverAtFault(entry, call, true);
      }
      if (FAILURE_KINDS[failure.kind] !== 'held') return { fault: 'thought' };
      const { probeAt } = entry.watched;
      entry.holds += 1;
      become(entry, afterFailure(entry.watched, failure, call.model, moment(), random));
      if (entry.watched.probeAt < probeAt) entry.wake();
      return serverAtFault(entry, call, failure.kind === 'no-model');
    },
    inTurn(name, thought, call) {
      const isSuspect = entries.get(name)?.suspects.before.has(thought) === true;
      return isSuspect ? turns.run(name, call) : call();
    },
    want(names) {
      for (const [name, entry] of entries) {
        const isNews = names.has(name) && !entry.wanted;
        entry.wanted = names.has(name);
        const { health, probeAt } = entry.watched;
        if (!isNews || !(HOPEFUL.has(health.state) || health.missing)) continue;
        entry.watched = { ...entry.watched, probeAt: Math.min(probeAt, clock.monotonic()) };
        entry.wake();
      }
    },
    async watch(signal) {
      signal.addEventListener('abort', () => closing.abort(signal.reason), { once: true });
      const loops = [...entries.values()].map((entry) =>
        follow(entry, signal).catch((error: unknown) => {
          if (!signal.aborted) throw error;
        }),
      );
      await Promise.all(loops);
    },
  };
}

/** After it went away under a call, a provider is watched closely for this long: that it goes away without it, too, clears a thought. */
const CLOSELY_MS = 60_000;
const CLOSE_MS = 1_000;

/** States that end when the server says so, not at a time it named. */
const HOPEFUL: ReadonlySet<ProviderHealth['state']> = new Set(['offline', 'loading', 'broken']);

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
