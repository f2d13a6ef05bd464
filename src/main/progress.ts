import type { Clock } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Progress, Verdict } from '../contract/progress.ts';
import type { Store } from '../store/store.ts';
import type { LoopWatch } from './loop-watch.ts';
import { liveVerdict, type ProgressFacts, readyVerdict } from './progress-verdict.ts';

/** An answer of the database is good for so long: however often it is asked, the disk has a commit every 5 s at most. */
const FRESH_MS = 5000;

/** Whoever asks waits for at most so long. */
const ANSWER_WITHIN_MS = 2000;

export interface ProgressOptions {
  clock: Clock;
  /** Its writes fail at once while the disk takes nothing. */
  store: Pick<Store, 'write' | 'read'>;
  loop: Pick<LoopWatch, 'stoodStillMs' | 'windowMs'>;
  /** Why changes wait for the database; null = they do not. */
  held(): string | null;
  scanned(): boolean;
  stopping(): boolean;
  /** Told when a probe's answer is another one than the one before. */
  onChange(probe: 'live' | 'ready', verdict: Verdict): void;
}

/** Looks whether the daemon gets on, when somebody asks. */
export function createProgress(options: ProgressOptions): Progress {
  const { clock, store, loop } = options;
  let asking: { since: number; answered: Promise<void> } | null = null;
  let last: { at: number; refused: string | null } = { at: Number.NEGATIVE_INFINITY, refused: null };
  let overdue: { id: string; leaseUntil: number; since: number; seen: number } | null = null;

  /** A change that is committed, and after it a question: through the very line that everybody stands in. */
  async function ask(): Promise<void> {
    const refused = await refusalOf(() =>
      store.write('perceive', {
        happenings: [],
        cursors: [{ name: 'alive', value: String(clock.now()) }],
        now: clock.now(),
      }),
    );
    const unread = await refusalOf(async () => {
      const lease = await store.read('oldestLease', undefined);
      // While nothing can be written, leases can neither be kept nor taken back.
      if (lease === null || refused !== null || lease.leaseUntil >= clock.now()) overdue = null;
      else {
        const isSame = overdue?.id === lease.id && overdue.leaseUntil === lease.leaseUntil;
        const seen = clock.monotonic();
        overdue = { ...lease, since: isSame && overdue ? overdue.since : seen, seen };
      }
    });
    last = { at: clock.monotonic(), refused: refused ?? unread };
  }

  async function look(): Promise<ProgressFacts> {
    if (asking === null && clock.monotonic() - last.at > FRESH_MS) {
      const answered = ask().finally(() => {
        asking = null;
      });
      asking = { since: clock.monotonic(), answered };
    }
    if (asking !== null) await within(asking.answered);
    return {
      stoodStillMs: loop.stoodStillMs(),
      windowMs: loop.windowMs,
      unansweredMs: asking === null ? 0 : clock.monotonic() - asking.since,
      refused: last.refused,
      held: options.held(),
      overdueMs: overdue === null ? 0 : overdue.seen - overdue.since,
      scanned: options.scanned(),
      stopping: options.stopping(),
    };
  }

  async function within(answered: Promise<void>): Promise<void> {
    const enough = new AbortController();
    const patience = clock.sleep(ANSWER_WITHIN_MS, enough.signal).catch(() => undefined);
    await Promise.race([answered, patience]);
    enough.abort();
  }

  const wasOk = { live: true, ready: true };
  const told = (probe: 'live' | 'ready', verdict: Verdict): Verdict => {
    if (wasOk[probe] !== verdict.ok) options.onChange(probe, verdict);
    wasOk[probe] = verdict.ok;
    return verdict;
  };
  return {
    live: async () => told('live', liveVerdict(await look())),
    ready: async () => told('ready', readyVerdict(await look())),
  };
}

/** Why it was refused; null where it was not. */
async function refusalOf(work: () => Promise<unknown>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
