import type { Random } from '../base/random.ts';
import { FAILURE_KINDS, type ProviderFailure, type ProviderHealth } from '../contract/provider.ts';

/** What is known of one provider, and when to ask it again. */
export interface Watched {
  health: ProviderHealth;
  /** Monotonic milliseconds. */
  probeAt: number;
  /** How often a call was held although a probe had found the server online, since the last answer. */
  bounces: number;
}

/** The present, as the caller's clock tells it. */
export interface Moment {
  wall: number;
  monotonic: number;
}

/** An online provider that nobody called for this long is asked whether it still is. */
const SILENCE_MS = 60_000;
/** How often a held one is asked, before jitter: its queue has to move again within 2 s of its return. */
const HELD_MS = 1_000;
/** The same while no thought waits for it: asking each second would cost 0.2 % of a core for nothing [measured]. */
const UNWANTED_MS = 5_000;
/** A server whose probe says online while its calls are held is asked less and less often, up to this. */
const BOUNCE_CAP_MS = 30_000;

/** Before anybody asked. */
export function unasked(now: Moment): Watched {
  const health = {
    state: 'unknown',
    reason: 'not asked yet',
    models: [],
    loaded: null,
    checkedAt: null,
  } as const;
  return { health: { ...health, models: [] }, probeAt: now.monotonic, bounces: 0 };
}

/** After a probe; `wanted` = thoughts wait for this provider. */
export function afterProbe(
  before: Watched,
  seen: ProviderHealth,
  now: Moment,
  random: Random,
  wanted = true,
): Watched {
  if (seen.state === 'overloaded') return { ...before, health: seen, probeAt: untilRetry(seen, now, random) };
  if (isHolding(before.health, now)) return { ...before, probeAt: untilRetry(before.health, now, random) };
  const held = jittered(wanted ? HELD_MS : UNWANTED_MS, random);
  const wait = seen.state === 'online' ? SILENCE_MS : held;
  return { ...before, health: seen, probeAt: now.monotonic + wait };
}

/** After a call that was answered. */
export function afterAnswer(before: Watched, now: Moment): Watched {
  if (isHolding(before.health, now)) return before;
  const { models, loaded } = before.health;
  const health: ProviderHealth = { state: 'online', reason: '', models, loaded, checkedAt: now.wall };
  return { health, probeAt: now.monotonic + SILENCE_MS, bounces: 0 };
}

/** After a call that failed. Only `held` kinds change the state; a doubtful one brings the next probe forward. */
export function afterFailure(
  before: Watched,
  failure: ProviderFailure,
  now: Moment,
  random: Random,
): Watched {
  const state = HELD_STATES[failure.kind];
  if (state === undefined) {
    const doubtful = FAILURE_KINDS[failure.kind] === 'retry' && !OWN_FAULT.has(failure.kind);
    return doubtful
      ? { ...before, probeAt: Math.min(before.probeAt, now.monotonic + jittered(HELD_MS, random)) }
      : before;
  }
  const bounces = before.bounces + (before.health.state === 'online' ? 1 : 0);
  const wait = jittered(Math.min(BOUNCE_CAP_MS, HELD_MS * 2 ** Math.max(0, bounces - 1)), random);
  const health: ProviderHealth = {
    state,
    reason: failure.message,
    models: before.health.models,
    loaded: failure.kind === 'no-model' ? null : before.health.loaded,
    checkedAt: now.wall,
  };
  if (state !== 'overloaded') return { health, probeAt: now.monotonic + wait, bounces };
  const retryAt = Math.max(before.health.retryAt ?? 0, now.wall + (failure.retryAfterMs ?? wait));
  const overloaded = { ...health, retryAt };
  return { health: overloaded, probeAt: untilRetry(overloaded, now, random), bounces };
}

const HELD_STATES: Partial<Record<ProviderFailure['kind'], 'offline' | 'loading' | 'overloaded'>> = {
  unavailable: 'offline',
  loading: 'loading',
  'no-model': 'loading',
  overloaded: 'overloaded',
};

/** Failures that say something about the answer, not about the server. */
const OWN_FAULT: ReadonlySet<string> = new Set(['bad-answer', 'empty']);

/** Overloaded, and the time it asked for is not over: neither a probe nor a late answer lifts that. */
function isHolding({ state, retryAt }: ProviderHealth, now: Moment): boolean {
  return state === 'overloaded' && retryAt !== undefined && retryAt > now.wall;
}

function untilRetry({ retryAt }: ProviderHealth, now: Moment, random: Random): number {
  return now.monotonic + Math.max((retryAt ?? 0) - now.wall, jittered(HELD_MS, random));
}

/** ±25 %, so that several providers, and several daemons, do not ask in step. */
function jittered(ms: number, random: Random): number {
  return ms * (0.75 + random.fraction() / 2);
}
