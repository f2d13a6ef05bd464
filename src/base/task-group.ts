import { type Clock, systemClock } from './clock.ts';
import { CodedError, messageOf } from './errors.ts';

/** Tasks that live and end together; see {@link withTaskGroup}. */
export interface TaskGroup {
  /** Aborts when the group must end: a task failed, the caller's signal aborted, or `stop` was called. */
  readonly signal: AbortSignal;
  /** Starts a task at once. Throws the abort's reason where the group is ending already. */
  spawn(name: string, task: (signal: AbortSignal) => Promise<void>): void;
  /**
   * Aborts every task and resolves once all have ended or the deadline has passed; safe before the first
   * task and twice. Never rejects: failures belong to the caller of {@link withTaskGroup}. The body may
   * await it, a task of the same group must not.
   */
  stop(): Promise<void>;
}

export interface TaskGroupOptions {
  /** What a failure of the body itself is called. Default: `body`. */
  name?: string;
  /** Milliseconds to end in once aborted; a task that did not is a failure (`task-stuck`). Default: no limit. */
  stopWithinMs?: number;
  clock?: Clock;
}

/** Which task failed (`task`) and why (`cause`: what it threw). */
export class TaskFailure extends Error {
  readonly task: string;

  constructor(task: string, cause: unknown) {
    super(`${task}: ${messageOf(cause)}`, { cause });
    this.name = 'TaskFailure';
    this.task = task;
  }
}

/**
 * Runs `body`, which spawns tasks, and returns its value once it and every task have ended.
 *
 * The first failure aborts all others; when all have ended, an AggregateError of {@link TaskFailure}s is
 * thrown, the first cause first. A rejection that the group's own abort brought about is no failure. Where
 * the body was ended by that abort there is no value, and the abort's reason is thrown.
 */
export async function withTaskGroup<T>(
  signal: AbortSignal,
  body: (group: TaskGroup) => Promise<T>,
  options: TaskGroupOptions = {},
): Promise<T> {
  const group = new Group(options.clock ?? systemClock, options.stopWithinMs);
  const follow = () => group.abort(signal.reason);
  signal.addEventListener('abort', follow, { once: true });
  if (signal.aborted) follow();
  try {
    return await group.conclude(options.name ?? 'body', body);
  } finally {
    signal.removeEventListener('abort', follow);
    group.abort(aborted('the task group has ended'));
  }
}

class Group implements TaskGroup {
  readonly #clock: Clock;
  readonly #stopWithinMs: number | undefined;
  readonly #controller = new AbortController();
  readonly #concluded = new AbortController();
  readonly #overdue = Promise.withResolvers<'overdue'>();
  readonly #running = new Map<Promise<void>, string>();
  readonly #failures: TaskFailure[] = [];
  #body: Promise<void> | undefined;

  constructor(clock: Clock, stopWithinMs: number | undefined) {
    this.#clock = clock;
    this.#stopWithinMs = stopWithinMs;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  spawn(name: string, task: (signal: AbortSignal) => Promise<void>): void {
    this.signal.throwIfAborted();
    void this.#run(name, task);
  }

  async stop(): Promise<void> {
    this.abort(aborted('the task group was stopped'));
    await this.#settled((running) => running !== this.#body);
  }

  /** Runs the body, waits for everything, and returns or throws the group's outcome. */
  async conclude<T>(name: string, body: (group: TaskGroup) => Promise<T>): Promise<T> {
    let outcome: { value: T } | undefined;
    this.#body = this.#run(name, async () => {
      outcome = { value: await body(this) };
    });
    await this.#settled(() => true);
    this.#concluded.abort();
    for (const stuck of this.#running.values()) {
      const error = new CodedError('task-stuck', `did not stop within ${this.#stopWithinMs} ms`);
      this.#failures.push(new TaskFailure(stuck, error));
    }
    const [first, ...others] = this.#failures;
    if (first) {
      const more = others.length > 0 ? ` (then ${others.map(messageOf).join('; ')})` : '';
      throw new AggregateError(this.#failures, `${first.message}${more}`);
    }
    if (!outcome) throw this.signal.reason;
    return outcome.value;
  }

  abort(reason: unknown): void {
    if (this.signal.aborted) return;
    if (this.#stopWithinMs !== undefined && !this.#concluded.signal.aborted) {
      this.#clock.sleep(this.#stopWithinMs, this.#concluded.signal).then(
        () => this.#overdue.resolve('overdue'),
        () => {}, // everything ended in time, which cancelled this timer
      );
    }
    this.#controller.abort(reason);
  }

  #run(name: string, task: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const running = attempt(task, this.signal).then((failed) => {
      this.#running.delete(running);
      if (!failed || this.#isOwnAbort(failed.error)) return;
      this.#failures.push(new TaskFailure(name, failed.error));
      this.abort(aborted(`stopped because ${name} failed`, failed.error));
    });
    this.#running.set(running, name);
    return running;
  }

  /** Waits until no task of those asked for runs any more, also those spawned meanwhile, or for the deadline. */
  async #settled(asked: (running: Promise<void>) => boolean): Promise<void> {
    for (;;) {
      const running = [...this.#running.keys()].filter(asked);
      if (running.length === 0) return;
      if ((await Promise.race([Promise.all(running), this.#overdue.promise])) === 'overdue') return;
    }
  }

  /** Node and fetch reject with the reason itself or with an AbortError, whose cause not every library sets. */
  #isOwnAbort(error: unknown): boolean {
    if (!this.signal.aborted) return false;
    return error === this.signal.reason || (error instanceof Error && error.name === 'AbortError');
  }
}

async function attempt(
  task: (signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<{ error: unknown } | undefined> {
  try {
    await task(signal);
    return undefined;
  } catch (error) {
    return { error };
  }
}

function aborted(message: string, cause?: unknown): DOMException {
  return new DOMException(message, { name: 'AbortError', cause });
}
