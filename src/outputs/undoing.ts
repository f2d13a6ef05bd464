import type { Clock } from '../base/clock.ts';
import type { ContentHash } from '../base/content-hash.ts';
import { CodedError, messageOf } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import { createKeyedMutex } from '../base/keyed-mutex.ts';
import type { UndoResult } from '../contract/api.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import type { UndoJob } from '../contract/output.ts';
import type { OutputState } from '../contract/thought.ts';
import type { NotApplied } from '../store/operations/undo.ts';
import type { Store } from '../store/store.ts';
import type { Alone } from './alone.ts';
import { onDisk } from './kinds.ts';
import type { Undone } from './output.ts';
import type { Reaching } from './reaching.ts';
import { endsAll, isPassing, reasonOf } from './trouble.ts';

/** Outputs asked for at a time. */
const PAGE = 64;

export interface UndoingOptions {
  store: Store;
  clock: Clock;
  hash: ContentHash;
  reach: Reaching;
  /** One at a time for what is written to, applied outputs among them. */
  alone: Alone;
  live(event: LiveEvent): void;
}

/** Takes applied outputs back. Asking is durable: what a crash or an absent folder leaves undone is done later. */
export interface Undoing {
  /** All that a thought has done since (epoch ms; null = ever), the last first; what cannot be taken back says why. */
  undo(thought: string, since: number | null): Promise<UndoResult[]>;
  /** What was asked for and not done yet; true where some of it has to wait. */
  resume(): Promise<boolean>;
}

export function createUndoing(options: UndoingOptions): Undoing {
  const { store, clock } = options;
  const turns = createKeyedMutex();

  /** `held`: it waits for its folder, and is tried again. */
  async function takeBack(job: UndoJob): Promise<UndoResult & { held: boolean }> {
    const { id: thought, attempt, position, kind, target } = job;
    const about = { thought, position, kind, target };
    try {
      const undone = await undoOne(job);
      const reason = undone.undone ? '' : undone.reason;
      const key = { id: thought, attempt, position };
      await store.write('settleUndo', { ...key, undone: undone.undone, reason, now: clock.now() });
      if (undone.undone) tell(about);
      return { ...about, undone: undone.undone, reason, held: false };
    } catch (error) {
      if (endsAll(error)) throw error;
      return { ...about, undone: false, reason: `held, and done later: ${reasonOf(error)}`, held: true };
    }
  }

  async function undoOne(job: UndoJob): Promise<Undone> {
    const { id, attempt, position, target, source } = job;
    const handler = onDisk(job.kind);
    if (handler === null) return { undone: false, reason: 'what was sent cannot be taken back' };
    try {
      const both = { target, ...(source === undefined ? {} : { source }) };
      return await options.alone({ wanted: target, ...both }, () =>
        options.reach.within(both, async ({ to, from }) => {
          failpoint('undo:begun');
          return handler.undo(job, {
            disk: to.disk,
            hash: options.hash,
            syncFolder: to.sync,
            ...(from === null ? {} : { move: { from, to } }),
            async restored(entry, wasFrom) {
              const key = { id, attempt, position };
              const row = { ...key, entry, ...(wasFrom === undefined ? {} : { from: wasFrom }) };
              const asked = await store.write('restored', row);
              if (!asked) throw new CodedError('hold-lost', 'nobody asks for this output to be taken back');
              failpoint('undo:known');
            },
          });
        }),
      );
    } catch (error) {
      if (endsAll(error) || isPassing(error)) throw error;
      return { undone: false, reason: messageOf(error) };
    }
  }

  function tell({ thought, kind, target }: Omit<UndoResult, 'undone' | 'reason'>): void {
    const at = new Date(clock.now()).toISOString();
    options.live({ type: 'output', at, thought, kind, target, state: 'undone', reason: '' });
  }

  return {
    undo: (thought, since) =>
      turns.run(thought, async () => {
        const { others } = await store.write('askUndo', { id: thought, since, now: clock.now() });
        const results: UndoResult[] = [];
        for (const job of await store.write('undoJobs', { thought, limit: PAGE })) {
          const { held: _, ...result } = await takeBack(job);
          results.push(result);
        }
        return [...results, ...others.map((other) => notApplied(thought, other))];
      }),
    async resume() {
      let left = false;
      for (const job of await store.write('undoJobs', { thought: null, limit: PAGE }))
        left = (await turns.run(job.id, () => takeBack(job))).held || left;
      return left;
    },
  };
}

function notApplied(thought: string, { position, kind, target, state }: NotApplied): UndoResult {
  const key = { thought, position, kind, target, undone: false };
  if (state === 'proposed') return { ...key, reason: 'it waits for your decision', waits: true };
  return { ...key, reason: whyNot(state) };
}

function whyNot(state: Exclude<OutputState, 'proposed'>): string {
  if (state === 'undone') return 'it was taken back already';
  if (state === 'planned') return 'it is not applied yet, and will be';
  return state === 'unknown'
    ? 'it may have been sent, and what was sent cannot be taken back'
    : `it was not applied: it is ${state}`;
}
