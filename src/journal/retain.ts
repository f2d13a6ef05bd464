import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { StorageView } from '../contract/status-view.ts';
import type { Keeper } from '../store/keeper.ts';
import type { ExpiredQuery } from '../store/queries/expired.ts';
import type { Store } from '../store/store.ts';

/** How long each thing is kept after its thought ended, in milliseconds; null = for ever. */
export interface RetentionPeriods {
  /** The texts that thoughts were about. */
  captured: number | null;
  /** Prompts and raw answers; the answers themselves stay. */
  thoughts: number | null;
  /** Bytes that were written and replaced. */
  undo: number | null;
  /** Events without a thought, and thoughts that ended without an answer. */
  journal: number | null;
  /** Samples of the vitals; what became of them by the hour stays for a year. */
  vitals: number | null;
}

export interface RetainerOptions {
  store: Store;
  keeper: Pick<Keeper, 'unreferenced'>;
  clock: Clock;
  log: Log;
  /** Asked anew for each pass. */
  periods(): RetentionPeriods;
  /** Default: two minutes, then every six hours. */
  firstMs?: number;
}

export interface Retainer {
  run(signal: AbortSignal): Promise<void>;
  facts(): StorageView['retention'];
}

const FIRST_MS = 2 * 60_000;
const EVERY_MS = 6 * 60 * 60_000;

/** Rows that go in one operation: some milliseconds of the writer [measured], shared with others in a group commit. */
const BATCH = 50;

/** After each, others have the writer for so many times as long, and at least so long. */
const YIELD_TIMES = 4;
const YIELD_MS = 20;

/** How long those who follow can be away and go on without a gap, and how many rows are kept at most. */
const FEED_KEPT_MS = 7 * 24 * 60 * 60_000;
const FEED_ROWS = 200_000;

/** How long a request with a key is answered as the first time. */
export const REPLIES_KEPT_MS = 24 * 60 * 60_000;

/** How long hours of the vitals are kept. */
const HOURS_KEPT_MS = 365 * 24 * 60 * 60_000;

/** Blobs asked for at a time. */
const BLOBS = 20_000;

/**
 * Removes what is older than it is to be kept, a little at a time. Each step is safe to be repeated, and leaves
 * something whole: first rows let go of their texts, then texts go that no row holds.
 */
export function createRetainer(options: RetainerOptions): Retainer {
  const { store, clock } = options;
  let waiting: number | null = null;
  let removed = 0;
  let lastPass: string | null = null;

  async function inBatches<T>(
    rows: readonly T[],
    signal: AbortSignal,
    remove: (batch: T[]) => Promise<unknown>,
  ): Promise<void> {
    waiting = (waiting ?? 0) + rows.length;
    for (let at = 0; at < rows.length && !signal.aborted; at += BATCH) {
      const batch = rows.slice(at, at + BATCH);
      const began = clock.monotonic();
      await remove(batch);
      waiting -= batch.length;
      removed += batch.length;
      await clock.sleep(Math.max(YIELD_MS, YIELD_TIMES * (clock.monotonic() - began)), signal);
    }
  }

  async function thoughts(periods: RetentionPeriods, now: number, signal: AbortSignal): Promise<void> {
    const capturedBefore = before(now, periods.captured);
    const workBefore = before(now, periods.thoughts);
    const wholeBefore = before(now, periods.journal);
    let next: number | null = 0;
    while (next !== null && !signal.aborted) {
      const query: ExpiredQuery = { after: next, capturedBefore, workBefore, wholeBefore };
      const expired = await store.read('expiredThoughts', query);
      const { rows } = expired;
      next = expired.next;
      const whole = rows.filter((row) => row.whole === 1).map((row) => row.id);
      const parts = rows.filter((row) => row.whole === 0).map((row) => row.id);
      await inBatches(parts, signal, (ids) =>
        store.write('clearThoughts', { ids, capturedBefore, workBefore }),
      );
      await inBatches(whole, signal, (ids) => store.write('dropThoughts', { ids, before: wholeBefore }));
    }
  }

  async function events(periods: RetentionPeriods, now: number, signal: AbortSignal): Promise<void> {
    const oldest = before(now, periods.journal);
    let next: number | null = 0;
    while (next !== null && !signal.aborted) {
      const query: { after: number; before: number } = { after: next, before: oldest };
      const expired = await store.read('expiredEvents', query);
      next = expired.next;
      await inBatches(expired.rows, signal, (seqs) => store.write('dropEvents', { seqs, before: oldest }));
    }
  }

  async function blobs(
    epoch: number,
    { undo }: RetentionPeriods,
    now: number,
    signal: AbortSignal,
  ): Promise<void> {
    for (let found = BLOBS; found === BLOBS && !signal.aborted; ) {
      const query = { epoch, undoneBefore: before(now, undo), limit: BLOBS };
      const hashes = await options.keeper.unreferenced(query);
      await inBatches(hashes, signal, (batch) => store.write('dropBlobs', { hashes: batch, epoch }));
      found = hashes.length;
    }
  }

  async function vitals(periods: RetentionPeriods, now: number, signal: AbortSignal): Promise<void> {
    const limits = { before: before(now, periods.vitals), hoursBefore: now - HOURS_KEPT_MS };
    while (!signal.aborted && (await store.write('rollUpVitals', { now })).more)
      await clock.sleep(YIELD_MS, signal);
    for (let more = true; more && !signal.aborted; ) {
      const pass = await store.write('dropVitals', limits);
      removed += pass.dropped;
      more = pass.more;
      if (more) await clock.sleep(YIELD_MS, signal);
    }
  }

  /** Nobody set how long these are kept, so nobody is told that they go. */
  async function passing(now: number, signal: AbortSignal): Promise<void> {
    await store.write('dropReplies', { before: now - REPLIES_KEPT_MS });
    for (let more = true; more && !signal.aborted; ) {
      ({ more } = await store.write('dropFeed', { before: now - FEED_KEPT_MS, most: FEED_ROWS }));
      if (more) await clock.sleep(YIELD_MS, signal);
    }
  }

  async function pass(signal: AbortSignal): Promise<void> {
    const periods = options.periods();
    const now = clock.now();
    const [began, had] = [clock.monotonic(), removed];
    waiting = 0;
    const epoch = await store.write('beginRetention', undefined);
    await thoughts(periods, now, signal);
    await events(periods, now, signal);
    await blobs(epoch, periods, now, signal);
    await vitals(periods, now, signal);
    await passing(now, signal);
    lastPass = new Date(clock.now()).toISOString();
    const ms = Math.round(clock.monotonic() - began);
    if (removed > had) options.log.info('retention', { removed: removed - had, ms });
  }

  return {
    async run(signal) {
      for (let wait = options.firstMs ?? FIRST_MS; !signal.aborted; wait = EVERY_MS) {
        await clock.sleep(wait, signal);
        try {
          await pass(signal);
        } catch (error) {
          // What is too old is as old in six hours: nothing of this is worth ending for.
          if (signal.aborted) return;
          options.log.warning('retention failed', { error });
        }
      }
    },
    facts: () => ({ waiting, removed, lastPass }),
  };
}

/** Epoch ms before which something must have ended to go; 0 = nothing goes. */
function before(now: number, period: number | null): number {
  return period === null ? 0 : now - period;
}
