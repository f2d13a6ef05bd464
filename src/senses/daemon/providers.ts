/** What was last told of a provider. */
export interface ProviderStanding {
  told: 'up' | 'down';
  /** When it was last told that it is down (epoch ms). */
  downAt: number | null;
}

/** A provider as its health says. */
export interface SeenProvider {
  name: string;
  state: 'unknown' | 'online' | 'offline' | 'loading' | 'overloaded' | 'broken';
  reason: string;
}

export interface Moment {
  wall: number;
  monotonic: number;
}

/** How each provider has been of late; kept in memory only. */
export type Lately = Map<string, { state: 'up' | 'down'; since: number; from: number }>;

/** A change that is told. `since`: epoch ms. */
export interface ProviderChange {
  name: string;
  state: 'up' | 'down';
  since: number;
  reason: string;
}

/** How long a provider must be up, or down, before that is told: a restart of a server is no news. */
const STEADY_MS = 30_000;

/** Down again so soon after it was told last is told later, if it is still down then: one that flaps floods nobody. */
const AGAIN_MS = 600_000;

/**
 * What is to be told of providers, and what is told of each from now on. The first that is ever seen of a provider is
 * not told: it has not changed. A server that loads a model or refuses for now is up.
 */
export function changesOf(
  standing: Readonly<Record<string, ProviderStanding>>,
  lately: Lately,
  seen: readonly SeenProvider[],
  now: Moment,
): { standing: Record<string, ProviderStanding>; changes: ProviderChange[] } {
  const known = new Map<string, ProviderStanding>();
  const changes: ProviderChange[] = [];
  for (const { name, state, reason } of seen) {
    const before = standing[name];
    if (before !== undefined) known.set(name, before);
    if (state === 'unknown') {
      lately.delete(name);
      continue;
    }
    const is: 'up' | 'down' = state === 'offline' || state === 'broken' ? 'down' : 'up';
    const current = lately.get(name);
    const run = current?.state === is ? current : { state: is, since: now.wall, from: now.monotonic };
    lately.set(name, run);
    if (now.monotonic - run.from < STEADY_MS || before?.told === is) continue;
    if (before === undefined) {
      known.set(name, { told: is, downAt: null });
      continue;
    }
    if (is === 'down' && isRecent(before.downAt, now.wall)) continue;
    known.set(name, { told: is, downAt: is === 'down' ? now.wall : before.downAt });
    changes.push({ name, state: is, since: run.since, reason });
  }
  return { standing: Object.fromEntries(known), changes };
}

/** One that lies in the future was told before the clock was set back. */
function isRecent(at: number | null, now: number): boolean {
  return at !== null && now >= at && now - at < AGAIN_MS;
}
