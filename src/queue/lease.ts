import type { Clock } from '../base/clock.ts';
import type { Store } from '../store/store.ts';

/** How long a claimed thought stays ours without a heartbeat. */
export const LEASE_MS = 30_000;

/** How often leases are extended; three chances before one expires. */
const HEARTBEAT_MS = 10_000;

/** The thoughts this daemon is working on. */
export interface Leases {
  /** Until `release`, the lease is extended; the signal aborts when the thought was lost to somebody else. */
  hold(id: string, attempt: number): { signal: AbortSignal; release(): void };
  /** Drops the work on a thought, because a person cancelled it. */
  revoke(id: string): void;
  /** Extends leases until `signal` aborts. */
  keep(signal: AbortSignal): Promise<void>;
}

export function createLeases(store: Store, clock: Clock, owner: string): Leases {
  const held = new Map<string, { attempt: number; lost: AbortController }>();
  const lose = (id: string, reason: string) => held.get(id)?.lost.abort(new Error(reason));
  return {
    hold(id, attempt) {
      const lost = new AbortController();
      const mine = { attempt, lost };
      held.set(id, mine);
      return {
        signal: lost.signal,
        release: () => {
          if (held.get(id) === mine) held.delete(id);
        },
      };
    },
    revoke: (id) => lose(id, 'cancelled by a person'),
    async keep(signal) {
      while (!signal.aborted) {
        await clock.sleep(HEARTBEAT_MS, signal);
        if (held.size === 0) continue;
        const lost = await store.write('heartbeat', {
          owner,
          held: Array.from(held, ([id, { attempt }]) => ({ id, attempt })),
          leaseUntil: clock.now() + LEASE_MS,
        });
        for (const id of lost) lose(id, 'the lease was lost');
      }
    },
  };
}
