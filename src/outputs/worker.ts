import { createBell } from '../base/bell.ts';
import type { Clock } from '../base/clock.ts';
import type { ContentHash } from '../base/content-hash.ts';
import { CodedError, messageOf, systemCode } from '../base/errors.ts';
import { createKeyedMutex } from '../base/keyed-mutex.ts';
import { createLimit } from '../base/limit.ts';
import type { Log } from '../base/log.ts';
import type { LiveEvent } from '../contract/api.ts';
import type { LedgerEntry, PendingOutput } from '../contract/output.ts';
import type { OutputState } from '../contract/thought.ts';
import type { Holds } from '../queue/holds.ts';
import type { AnsweredThought } from '../store/operations/apply.ts';
import type { Store } from '../store/store.ts';
import { assertReallyInside, rootOf } from './inside.ts';
import { OUTPUT_KINDS } from './kinds.ts';
import { parentOf } from './place.ts';

/** Thoughts applied at once; each spends its time waiting for fsync. */
const AT_ONCE = 8;

/** Answered thoughts asked for at a time. */
const PAGE = 64;

/** The longest wait without looking at the queue. */
const MAX_WAIT_MS = 60_000;

/** How long an output whose root is away or full waits before it is tried again. */
const HELD_RETRY_MS = 2000;

/** Troubles that pass without anybody changing the rule: the thought waits, answered, and nothing is lost. */
const PASSING = new Set([
  ...['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EACCES', 'EPERM', 'ENOENT', 'EMFILE', 'ENFILE', 'EBUSY', 'ESTALE'],
  ...['ENODEV', 'ENXIO', 'ENOTCONN', 'ETIMEDOUT', 'EHOSTDOWN', 'EHOSTUNREACH', 'EREMOTEIO', 'ENOMEM'],
]);

export interface OutputsOptions {
  store: Store;
  clock: Clock;
  log: Log;
  holds: Holds;
  owner: string;
  hash: ContentHash;
  /** Declared output roots, asked anew for each output. */
  outputRoots(): readonly string[];
  live(event: LiveEvent): void;
  /** A thought ended: another of the same rule and subject may be claimed. */
  onFinished(): void;
}

export interface Outputs {
  /** Says that answers were recorded. */
  answered(): void;
  /** Applies until `signal` aborts, then ends what it is doing. */
  run(signal: AbortSignal): Promise<void>;
}

type Settled = { position: number; state: OutputState; reason: string; target: string };

/** Applies the outputs of answered thoughts, each target by one thought at a time. */
export function createOutputs(options: OutputsOptions): Outputs {
  const { store, clock, owner } = options;
  const bell = createBell();
  const busy = new Set<string>();
  const waitingUntil = new Map<string, number>();
  const slots = createLimit(AT_ONCE, () => bell.ring());
  const targets = createKeyedMutex();

  async function applyThought(thought: AnsweredThought): Promise<void> {
    const settled: Settled[] = [];
    try {
      for (const output of thought.outputs) settled.push(await applyOutput(thought, output));
    } catch (error) {
      if (error instanceof CodedError && error.code === 'hold-lost') {
        waitingUntil.delete(thought.id);
        return;
      }
      // What is applied stays applied, also where a person moves it while the others wait.
      if (settled.length > 0)
        await store.write('settleOutputs', { ...holdOf(thought), outputs: settled, now: clock.now() });
      waitingUntil.set(thought.id, clock.now() + HELD_RETRY_MS);
      return;
    }
    waitingUntil.delete(thought.id);
    const { id } = thought;
    const state = await store.write('finish', { ...holdOf(thought), outputs: settled, now: clock.now() });
    if (state === null) return;
    const at = new Date(clock.now()).toISOString();
    for (const { state: outcome, reason, target, position } of settled) {
      const kind = thought.outputs.find((output) => output.position === position)?.kind ?? '';
      options.live({ type: 'output', at, thought: id, kind, target, state: outcome, reason });
    }
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
    let root = parentOf(output.target);
    try {
      root = rootOf(output.target, options.outputRoots());
      await assertReallyInside(parentOf(output.target), root);
      const applied = await targets.run(output.wanted, () =>
        OUTPUT_KINDS[output.kind].apply(output, {
          thought: thought.id,
          hash: options.hash,
          commit: (target, entry, replaced) => commit(thought, position, target, entry, replaced),
        }),
      );
      options.holds.clear('root', root);
      return { position, ...applied };
    } catch (error) {
      if (error instanceof CodedError && error.code === 'hold-lost') throw error;
      if (!isPassing(error)) {
        options.log.error('output failed', {
          thought: thought.id,
          target: output.target,
          reason: messageOf(error),
        });
        return { position, state: 'failed', reason: messageOf(error), target: output.target };
      }
      options.holds.set('root', root, reasonOf(error));
      options.log.warning('output held', {
        thought: thought.id,
        target: output.target,
        reason: messageOf(error),
      });
      throw error;
    }
  }

  async function commit(
    thought: AnsweredThought,
    position: number,
    target: string,
    entry: LedgerEntry,
    replaced: Uint8Array | null,
  ): Promise<void> {
    const { id, attempt } = thought;
    const held = await store.write('ledger', { id, attempt, owner, position, target, entry, replaced });
    if (!held) throw new CodedError('hold-lost', 'another worker has taken over this thought');
  }

  const holdOf = ({ id, attempt }: AnsweredThought) => ({ id, attempt, owner });

  let backlog: AnsweredThought[] = [];
  let mayHaveMore = true;

  async function fetchAnswered(): Promise<void> {
    mayHaveMore = false;
    const now = clock.now();
    // Those at work and those that wait are among the oldest: the page reaches beyond them.
    const limit = PAGE + busy.size + waitingUntil.size;
    const thoughts = await store.write('answeredThoughts', { owner, limit });
    backlog = thoughts.filter((each) => !busy.has(each.id) && (waitingUntil.get(each.id) ?? 0) <= now);
    mayHaveMore ||= thoughts.length === limit;
  }

  function startSome(): void {
    while (slots.free() > 0) {
      const thought = backlog.shift();
      if (!thought) return;
      busy.add(thought.id);
      slots.start(() => applyThought(thought).finally(() => busy.delete(thought.id)));
    }
  }

  return {
    answered() {
      mayHaveMore = true;
      bell.ring();
    },
    async run(signal) {
      while (!signal.aborted) {
        if (backlog.length === 0 && slots.free() > 0 && (mayHaveMore || waitingUntil.size > 0))
          await fetchAnswered();
        startSome();
        if (backlog.length === 0 && mayHaveMore && slots.free() > 0 && busy.size < AT_ONCE) continue;
        await bell.wait(waitingUntil.size > 0 ? HELD_RETRY_MS : MAX_WAIT_MS, signal);
      }
      await slots.idle();
    },
  };
}

function isPassing(error: unknown): boolean {
  if (error instanceof CodedError) return error.retryable;
  return PASSING.has(systemCode(error) ?? '');
}

function reasonOf(error: unknown): string {
  const code = systemCode(error);
  if (error instanceof CodedError) return error.message;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return 'its disk is full: make room, the writing goes on by itself';
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return `it cannot be written (${code}): give this user write permission`;
  return messageOf(error);
}
