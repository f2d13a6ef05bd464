import { createBell } from '../base/bell.ts';
import type { Clock } from '../base/clock.ts';
import type { ContentHash } from '../base/content-hash.ts';
import type { Disks } from '../base/disk.ts';
import { CodedError, messageOf } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import { createLimit } from '../base/limit.ts';
import type { Log } from '../base/log.ts';
import type { UndoResult } from '../contract/api.ts';
import type { LiveEvent } from '../contract/live-event.ts';
import type { Gap, PendingOutput } from '../contract/output.ts';
import type { OutputState } from '../contract/thought.ts';
import type { Holds } from '../queue/holds.ts';
import type { AnsweredThought, LedgerInput } from '../store/operations/apply.ts';
import type { Store } from '../store/store.ts';
import { createAlone } from './alone.ts';
import { onDisk } from './kinds.ts';
import { type MoveContext, NotYet } from './output.ts';
import { parentOf } from './place.ts';
import { createReaching } from './reaching.ts';
import { createSending, type Means, NotSent } from './sending.ts';
import { endsAll, isPassing, reasonOf } from './trouble.ts';
import { createUndoing } from './undoing.ts';

/** Thoughts applied at once; each spends its time waiting for fsync. */
const AT_ONCE = 64;

/** Answered thoughts asked for at a time. */
const PAGE = 64;

/** The longest wait without looking at the queue. */
const MAX_WAIT_MS = 60_000;

/** How long an output whose root is away or full waits before it is tried again. */
const HELD_RETRY_MS = 2000;

/** How long a move waits before it is looked again whether others have read the file. */
const READERS_MS = 500;

export interface OutputsOptions {
  store: Store;
  clock: Clock;
  log: Log;
  holds: Holds;
  owner: string;
  hash: ContentHash;
  diskOf: Disks;
  /** Declared output roots, asked anew for each output. */
  outputRoots(): readonly string[];
  /** Watched folders: files are moved from them, or from output roots. Omitted: there are none. */
  watchedRoots?(): readonly { path: string }[];
  /** Times of which the ledger knows nothing. */
  gaps: readonly Gap[];
  sending: Means;
  live(event: LiveEvent): void;
  /** A thought ended: another of the same rule and subject may be claimed. */
  onFinished(): void;
}

export interface Outputs {
  /** Says that answers were recorded. */
  answered(): void;
  /** Says that a person has approved an output of this thought. */
  approved(thought: string): void;
  /** Takes back what a thought has done since (epoch ms; null = ever), the last first; what cannot be says why. */
  undo(thought: string, since: number | null): Promise<UndoResult[]>;
  /** Applies until `signal` aborts, then ends what it is doing. */
  run(signal: AbortSignal): Promise<void>;
}

type Settled = { position: number; state: OutputState; reason: string; target: string };

/** Applies the outputs of answered thoughts, each target by one thought at a time. */
export function createOutputs(options: OutputsOptions): Outputs {
  const { store, clock, owner } = options;
  const bell = createBell();
  const ending = new AbortController();
  const busy = new Set<string>();
  /** Of the busy ones, those that have something more to apply. */
  const again = new Set<string>();
  /** Monotonic milliseconds. */
  const waitingUntil = new Map<string, number>();
  const slots = createLimit(AT_ONCE, () => bell.ring());
  const alone = createAlone();
  const reach = createReaching(options);
  const undoing = createUndoing({ ...options, alone, reach });
  const sending = createSending({ ...options, ...options.sending, signal: ending.signal });
  let mayUndo = true;

  async function applyThought(thought: AnsweredThought): Promise<void> {
    const settled: Settled[] = [];
    try {
      let notSent: NotSent | undefined;
      for (const output of thought.outputs) {
        try {
          settled.push(await applyOutput(thought, output));
        } catch (error) {
          // A receiver that is away keeps nothing from the disk.
          if (!(error instanceof NotSent)) throw error;
          if (notSent === undefined || error.retryMs < notSent.retryMs) notSent = error;
        }
      }
      if (notSent !== undefined) throw notSent;
    } catch (error) {
      if (endsAll(error)) throw error;
      if (error instanceof CodedError && error.code === 'hold-lost') {
        waitingUntil.delete(thought.id);
        return;
      }
      // What is applied stays applied, also where a person moves it while the others wait.
      if (settled.length > 0)
        await store.write('settleOutputs', { ...holdOf(thought), outputs: settled, now: clock.now() });
      const retryMs = error instanceof NotSent || error instanceof NotYet ? error.retryMs : HELD_RETRY_MS;
      waitingUntil.set(thought.id, clock.monotonic() + retryMs);
      return;
    }
    waitingUntil.delete(thought.id);
    const { id } = thought;
    const state = await store.write('finish', { ...holdOf(thought), outputs: settled, now: clock.now() });
    if (state === null) return;
    if (state === 'answered') again.add(id);
    const at = new Date(clock.now()).toISOString();
    for (const { state: outcome, reason, target, position } of settled) {
      const kind = thought.outputs.find((output) => output.position === position)?.kind ?? '';
      options.live({ type: 'output', at, thought: id, kind, target, state: outcome, reason });
    }
    if (state === 'answered') return;
    options.live({
      type: 'state',
      at,
      thought: id,
      rule: thought.rule,
      subject: thought.subject,
      state,
      reason: '',
    });
    options.onFinished();
  }

  async function applyOutput(thought: AnsweredThought, output: PendingOutput): Promise<Settled> {
    const { position } = output;
    failpoint('output:begun');
    const handler = onDisk(output.kind);
    if (handler === null) return sending.send(thought, output);
    const root = reach.rootOf(output.target) ?? parentOf(output.target);
    try {
      const applied = await alone(output, () =>
        reach.within(output, ({ to, from }) =>
          handler.apply(output, {
            thought: thought.id,
            hash: options.hash,
            gaps: options.gaps,
            disk: to.disk,
            makeFolder: to.make,
            syncFolder: to.sync,
            ...(from === null ? {} : { move: { from, to, ...readersOf(thought, output) } }),
            commit: (target, entry, replaced, was) =>
              commit(thought, {
                position,
                target,
                entry,
                replaced,
                ...(was === undefined ? {} : { from: was }),
              }),
            propose: (target, reason) => propose(thought, { position, state: 'proposed', reason, target }),
          }),
        ),
      );
      failpoint('output:applied');
      options.holds.clear('root', root);
      return { position, ...applied };
    } catch (error) {
      if (endsAll(error) || error instanceof NotYet) throw error;
      if (error instanceof CodedError && error.code === 'hold-lost') throw error;
      if (!isPassing(error)) {
        options.log.error('output failed', {
          thought: thought.id,
          target: output.target,
          reason: messageOf(error),
        });
        return { position, state: 'failed', reason: messageOf(error), target: output.target };
      }
      // Ten thousand outputs that wait for one root are one thing to say.
      const isNews = options.holds.reason('root', root) !== reasonOf(error);
      options.holds.set('root', root, reasonOf(error));
      if (isNews) {
        options.log.warning('output held', {
          thought: thought.id,
          target: output.target,
          reason: messageOf(error),
        });
      }
      throw error;
    }
  }

  function readersOf(
    thought: AnsweredThought,
    { source = '' }: PendingOutput,
  ): Pick<MoveContext, 'isOurs' | 'awaitReaders'> {
    return {
      isOurs: (file) => store.read('isOurs', { target: source, ...file }),
      async awaitReaders() {
        const readers = await store.read('readersOf', { subject: `file:${source}`, but: thought.id });
        if (readers > 0) throw new NotYet('other thoughts about the file have not read it yet', READERS_MS);
      },
    };
  }

  async function commit(
    { id, attempt }: AnsweredThought,
    row: Pick<LedgerInput, 'position' | 'target' | 'entry' | 'replaced' | 'from'>,
  ): Promise<void> {
    failpoint('ledger:before');
    const held = await store.write('ledger', { id, attempt, owner, ...row });
    if (!held) throw new CodedError('hold-lost', 'another worker has taken over this thought');
    failpoint('ledger:known');
  }

  async function propose(thought: AnsweredThought, output: Settled): Promise<void> {
    const held = await store.write('settleOutputs', {
      ...holdOf(thought),
      outputs: [output],
      now: clock.now(),
    });
    if (!held) throw new CodedError('hold-lost', 'another worker has taken over this thought');
  }

  const holdOf = ({ id, attempt }: AnsweredThought) => ({ id, attempt, owner });

  let backlog: AnsweredThought[] = [];
  let mayHaveMore = true;

  async function fetchAnswered(): Promise<void> {
    mayHaveMore = false;
    const now = clock.monotonic();
    const waiting = Array.from(waitingUntil).flatMap(([id, until]) => (until > now ? [id] : []));
    backlog = await store.write('answeredThoughts', { owner, limit: PAGE, but: [...busy, ...waiting] });
    mayHaveMore ||= backlog.length === PAGE;
  }

  function startSome(): void {
    while (slots.free() > 0) {
      const thought = backlog.shift();
      if (!thought) return;
      busy.add(thought.id);
      slots.start(() => applyThought(thought).finally(() => setDown(thought.id)));
    }
  }

  function setDown(thought: string): void {
    busy.delete(thought);
    if (again.delete(thought)) mayHaveMore = true;
  }

  return {
    answered() {
      mayHaveMore = true;
      bell.ring();
    },
    approved(thought) {
      if (busy.has(thought)) again.add(thought);
      // A person waits for it: it is tried at once also where another output is held.
      waitingUntil.delete(thought);
      mayHaveMore = true;
      bell.ring();
    },
    async undo(thought, since) {
      const results = await undoing.undo(thought, since);
      mayUndo = true;
      bell.ring();
      return results;
    },
    async run(signal) {
      signal.addEventListener('abort', () => ending.abort(signal.reason), { once: true });
      try {
        while (!signal.aborted) {
          slots.assertWell();
          if (mayUndo) mayUndo = await undoing.resume();
          if (backlog.length === 0 && slots.free() > 0 && (mayHaveMore || waitingUntil.size > 0))
            await fetchAnswered();
          startSome();
          if (backlog.length === 0 && mayHaveMore && slots.free() > 0 && busy.size < AT_ONCE) continue;
          await bell.wait(waitingUntil.size > 0 || mayUndo ? HELD_RETRY_MS : MAX_WAIT_MS, signal);
        }
      } finally {
        await slots.idle();
      }
    },
  };
}
