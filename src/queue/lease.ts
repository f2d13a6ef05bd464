import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Store } from '../store/store.ts';

/** How long a claimed thought stays ours without a heartbeat. */
export const LEASE_MS = 30_000;

/** How often leases are extended; three chances before one expires. */
const HEARTBEAT_MS = 10_000;

/** A wall clock that differs by less from the monotonic one was not set back, only trimmed. */
const TRIM_MS = 1000;

/** The thoughts this daemon is working on. */
export interface Leases {
  /** Until `release`, the lease is extended; the signal aborts when the thought was lost to somebody else. */
  hold(id: string, attempt: number): { signal: AbortSignal; release(): void };
  /** Drops the work on a thought, because a person cancelled it. */
  revoke(id: string): void;
  /** Drops all work there is, because the daemon stops. */
  revokeAll(reason: Error): void;
  /** Extends every lease now: whoever looks for expired ones lets us speak first. */
  beat(): Promise<void>;
  /**
   * To be awaited before anything is written: resolves at once, but where more than a lease's time has passed since
   * the last heartbeat (the machine slept, the process was stopped, the clock was set), asks for the holds again.
   */
  sure(): Promise<void>;
  /** Extends leases until `signal` aborts. */
  keep(signal: AbortSignal): Promise<void>;
}

export interface LeasesOptions {
  store: Store;
  clock: Clock;
  log: Pick<Log, 'warning'>;
  owner: string;
  /** Time has jumped: whatever waited for a time looks again, once. */
  onGap(): void;
}

export function createLeases({ store, clock, log, owner, onGap }: LeasesOptions): Leases {
  const held = new Map<string, { attempt: number; lost: AbortController }>();
  const lose = (id: string, reason: string) => held.get(id)?.lost.abort(new Error(reason));
  const moment = () => ({ wall: clock.now(), monotonic: clock.monotonic() });
  let last = moment();
  /** Holds that are being asked for again, since time has jumped. */
  let again: Promise<void> | null = null;

  /** By whichever clock went further: one stands still while the machine sleeps, the other may be set. */
  const sinceBeat = () => {
    const { wall, monotonic } = moment();
    return { passed: monotonic - last.monotonic, byWall: wall - last.wall };
  };

  function beat(): Promise<void> {
    const { passed, byWall } = sinceBeat();
    last = moment();
    if (Math.max(passed, byWall) < LEASE_MS) return extend(passed, byWall, false);
    const asking = extend(passed, byWall, true).finally(() => {
      again = null;
    });
    again = asking;
    return asking;
  }

  async function extend(passed: number, byWall: number, late: boolean): Promise<void> {
    const setBackBy = passed - byWall;
    if (late) log.warning('time has jumped', { seconds: Math.round(Math.max(passed, byWall) / 1000) });
    if (setBackBy > TRIM_MS) {
      log.warning('clock was set back', { seconds: Math.round(setBackBy / 1000) });
      await store.write('clockSetBack', { byMs: Math.round(setBackBy), now: clock.now() });
    }
    if (held.size > 0) {
      // Made anew at each try: after a full disk, a lease from before it could be committed expired.
      const lost = await store.write('heartbeat', () => ({
        owner,
        held: Array.from(held, ([id, { attempt }]) => ({ id, attempt })),
        leaseUntil: clock.now() + LEASE_MS,
      }));
      for (const id of lost) lose(id, 'the lease was lost');
    }
    if (late || setBackBy > TRIM_MS) onGap();
  }

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
    revokeAll(reason) {
      for (const { lost } of held.values()) lost.abort(reason);
    },
    revoke: (id) => lose(id, 'cancelled by a person'),
    beat,
    async sure() {
      const { passed, byWall } = sinceBeat();
      if (Math.max(passed, byWall) >= LEASE_MS) await beat();
      else if (again !== null) await again;
    },
    async keep(signal) {
      while (!signal.aborted) {
        await clock.sleep(HEARTBEAT_MS, signal);
        await beat();
      }
    },
  };
}
