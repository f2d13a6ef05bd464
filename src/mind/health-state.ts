import type { Random } from '../base/random.ts';
import { isDoubtful, type ProviderFailure } from '../contract/provider.ts';
import type { ProviderHealth } from '../contract/provider-health.ts';

/**
 * The states of a provider and what leads from one to the other. Everything but `online` is a hold.
 *
 * | from | what happens | to |
 * |---|---|---|
 * | any | the listing fails, or says that nothing is loaded | `offline`, `loading` |
 * | any | a call is refused for now (no connection, loading, no model, 429) | `offline`, `loading`, `overloaded` |
 * | `online` | a call fails doubtfully, and so does the trial call after it | `broken` |
 * | `online` | a call fails doubtfully, and the trial call is answered | `online`: the thought is at fault |
 * | held, since a listing | a listing is well | `online` |
 * | held, since a call that the server took | a listing is well, and a trial call is answered | `online` |
 * | `overloaded` | the time it asked for is over | as above |
 *
 * A model that it lacks while it offers others is no state of the provider: only that one is `missing`, until a trial
 * call of it is answered or the provider went away.
 *
 * A breaker of ours rather than a library's: its half-open call, the listing, `Retry-After` and who waits are one
 * state, and no count of failures is needed before it opens, since the trial call tells whose fault the first one was.
 */
export interface Watched {
  health: ProviderHealth;
  /** Monotonic milliseconds. */
  probeAt: number;
  /** How often calls were refused as too many since the last answer: each time it is waited for longer. */
  bounces: number;
  /** The model that a trial call has to ask before it counts as online; null = a good listing is enough. */
  trial: string | null;
  /** Monotonic milliseconds before which it asked not to be called again; counts while it is `overloaded`. */
  heldUntil: number;
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
/** A server that goes on refusing calls as too many is asked less and less often, up to this. */
const BOUNCE_CAP_MS = 30_000;

/** Before anybody asked. */
export function unasked(now: Moment): Watched {
  const health: ProviderHealth = {
    state: 'unknown',
    reason: 'not asked yet',
    models: [],
    loaded: null,
    checkedAt: null,
  };
  return { health, probeAt: now.monotonic, bounces: 0, trial: null, heldUntil: 0 };
}

/** After a listing; `wanted` = thoughts wait for this provider. A good one does not lift a hold that needs a trial call. */
export function afterProbe(
  before: Watched,
  seen: ProviderHealth,
  now: Moment,
  random: Random,
  wanted = true,
): Watched {
  if (seen.state === 'overloaded') {
    const asked = (seen.retryAt ?? 0) - (seen.checkedAt ?? now.wall);
    const heldUntil = now.monotonic + Math.max(0, asked);
    return { ...before, health: seen, heldUntil, probeAt: untilRetry(heldUntil, now, random) };
  }
  if (isHolding(before, now)) return { ...before, probeAt: untilRetry(before.heldUntil, now, random) };
  const held = now.monotonic + jittered(wanted ? HELD_MS : UNWANTED_MS, random);
  if (seen.state !== 'online') {
    // What its models are able to, they are when it is back.
    const { abilities = before.health.abilities } = seen;
    const health = abilities === undefined ? seen : { ...seen, abilities };
    return { ...before, health, probeAt: held, trial: null };
  }
  if (before.trial === null) {
    const { missing } = before.health;
    if (missing === undefined) return { ...before, health: seen, probeAt: now.monotonic + SILENCE_MS };
    return { ...before, health: { ...seen, missing }, probeAt: held };
  }
  return { ...before, health: { ...before.health, ...offerIn(seen) }, probeAt: held };
}

/** Whether a trial call is due: the listing was well, and that is not enough. */
export function needsTrial(watched: Watched, now: Moment): boolean {
  return watched.trial !== null && !isHolding(watched, now);
}

/** After the trial call of `model`, one token long. What it says of the answer is no matter, only that it came. */
export function afterTrial(
  before: Watched,
  outcome: ProviderFailure | 'ok',
  model: string,
  now: Moment,
  random: Random,
  wanted = true,
): Watched {
  if (outcome === 'ok' || isAnswer(outcome)) return afterAnswer(withModel(before, model), now);
  // A server that says so is there; the other models go on.
  if (isOneMissing(before.health, outcome, model))
    return afterAnswer(withoutModel(before, model, now, random), now);
  if (HELD_STATES[outcome.kind] !== undefined && !isDoubtful(outcome)) {
    const bounces = before.bounces + (before.health.state === 'online' ? 0 : 1);
    return afterFailure({ ...before, bounces }, outcome, model, now, random);
  }
  const health: ProviderHealth = {
    ...before.health,
    state: 'broken',
    reason: `its calls fail (${outcome.message}): tried again until one is answered`,
    checkedAt: now.wall,
  };
  const wait = jittered(wanted ? HELD_MS : UNWANTED_MS, random);
  return { ...before, health, probeAt: now.monotonic + wait, trial: model };
}

/** After a call that was answered. */
export function afterAnswer(before: Watched, now: Moment): Watched {
  if (isHolding(before, now)) return before;
  const { missing } = before.health;
  const health: ProviderHealth = {
    state: 'online',
    reason: '',
    ...offerIn(before.health),
    checkedAt: now.wall,
  };
  const answered = { ...before, bounces: 0, trial: null };
  if (missing === undefined) return { ...answered, health, probeAt: now.monotonic + SILENCE_MS };
  return { ...answered, health: { ...health, missing } };
}

/** After a trial call of a missing model. Failures leave it missing: whatever they say of the server, its other calls say. */
export function afterModelTrial(before: Watched, outcome: ProviderFailure | 'ok', model: string): Watched {
  return outcome === 'ok' || isAnswer(outcome) ? withModel(before, model) : before;
}

/** After a call that the server refused for now. Failures of other kinds change nothing here. */
export function afterFailure(
  before: Watched,
  failure: ProviderFailure,
  model: string,
  now: Moment,
  random: Random,
): Watched {
  // `local-model` is whichever is loaded: whether there is none is for the listing to tell.
  if (model !== 'local-model' && isOneMissing(before.health, failure, model))
    return withoutModel(before, model, now, random);
  const state = HELD_STATES[failure.kind];
  if (state === undefined) return before;
  const bounces = before.bounces + (before.health.state === 'online' ? 1 : 0);
  const isCrowded = state === 'overloaded';
  const wait = jittered(
    isCrowded ? Math.min(BOUNCE_CAP_MS, HELD_MS * 2 ** Math.max(0, bounces - 1)) : HELD_MS,
    random,
  );
  const health: ProviderHealth = {
    state,
    reason: failure.message,
    ...offerIn(before.health),
    ...(failure.kind === 'no-model' ? { loaded: null } : {}),
    checkedAt: now.wall,
  };
  // Whoever could not be reached at all is believed when it lists its models; whoever took the call is not.
  const trial = failure.kind === 'unavailable' && !isDoubtful(failure) ? before.trial : model;
  if (!isCrowded) return { ...before, health, probeAt: now.monotonic + wait, bounces, trial };
  const former = before.health.state === 'overloaded' ? before.heldUntil : 0;
  const heldUntil = Math.max(former, now.monotonic + (failure.retryAfterMs ?? wait));
  const retryAt = now.wall + heldUntil - now.monotonic;
  const probeAt = untilRetry(heldUntil, now, random);
  return { health: { ...health, retryAt }, probeAt, bounces, trial, heldUntil };
}

function isOneMissing({ models }: ProviderHealth, failure: ProviderFailure, model: string): boolean {
  return failure.kind === 'no-model' && models.some((other) => other !== model);
}

function withoutModel(before: Watched, model: string, now: Moment, random: Random): Watched {
  const missing = [...new Set([...(before.health.missing ?? []), model])];
  const probeAt = Math.min(before.probeAt, now.monotonic + jittered(HELD_MS, random));
  return { ...before, health: { ...before.health, missing }, probeAt };
}

function withModel(before: Watched, model: string): Watched {
  const { missing, ...health } = before.health;
  const left = missing?.filter((other) => other !== model) ?? [];
  return { ...before, health: left.length > 0 ? { ...health, missing: left } : health };
}

const HELD_STATES: Partial<Record<ProviderFailure['kind'], 'offline' | 'loading' | 'overloaded'>> = {
  unavailable: 'offline',
  loading: 'loading',
  'no-model': 'loading',
  overloaded: 'overloaded',
};

/** A failure that only somebody can bring about who listens, thinks and answers. */
function isAnswer(failure: ProviderFailure): boolean {
  return HELD_STATES[failure.kind] === undefined && !isDoubtful(failure);
}

/** Overloaded, and the time it asked for is not over: neither a probe nor a late answer lifts that. */
function isHolding({ health, heldUntil }: Watched, now: Moment): boolean {
  return health.state === 'overloaded' && heldUntil > now.monotonic;
}

function untilRetry(heldUntil: number, now: Moment, random: Random): number {
  return Math.max(heldUntil, now.monotonic + jittered(HELD_MS, random));
}

/** What the server itself said of its models. */
function offerIn({
  models,
  loaded,
  abilities,
  slots,
}: ProviderHealth): Pick<ProviderHealth, 'models' | 'loaded' | 'abilities' | 'slots'> {
  return {
    models,
    loaded,
    ...(abilities === undefined ? {} : { abilities }),
    ...(slots === undefined ? {} : { slots }),
  };
}

/** ±25 %, so that several providers, and several daemons, do not ask in step. */
function jittered(ms: number, random: Random): number {
  return ms * (0.75 + random.fraction() / 2);
}

/** Whether anybody would notice the difference. */
export function isNews(before: ProviderHealth, after: ProviderHealth): boolean {
  return (
    before.state !== after.state ||
    before.reason !== after.reason ||
    before.loaded !== after.loaded ||
    before.slots !== after.slots ||
    before.noneLoaded !== after.noneLoaded ||
    JSON.stringify(before.abilities) !== JSON.stringify(after.abilities) ||
    before.missing?.join() !== after.missing?.join() ||
    before.retryAt !== after.retryAt
  );
}

/** Of a name that no provider has. */
export function nobody(name: string): ProviderHealth {
  return {
    state: 'offline',
    reason: `no provider is named ${name}`,
    models: [],
    loaded: null,
    checkedAt: null,
  };
}
