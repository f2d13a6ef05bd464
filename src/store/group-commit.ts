import { setTimeout as sleep } from 'node:timers/promises';
import { failpoint } from '../base/failpoint.ts';
import { damaged, damageOf } from './damage.ts';
import type { SqliteConnection } from './sqlite.ts';
import { type Operation, statement } from './statement.ts';
import { unavailable } from './unavailable.ts';

/** At most so many operations share one commit: fsync dominates, and 200 rows a commit are ~200x one by one [measured]. */
const GROUP_SIZE = 200;

/** Wall milliseconds a group may gather before it is committed. */
const GROUP_CEILING_MS = 20;

/**
 * Under load the next group gathers first, for as many milliseconds as the last one had operations beside its first:
 * a commit's fsync and its pages of journal then serve more of them. An idle writer commits at once.
 */
const LONGEST_GATHER_MS = 8;

const BEGIN = statement('BEGIN IMMEDIATE');
const COMMIT = statement('COMMIT');
const ROLLBACK = statement('ROLLBACK');
const SAVE = statement('SAVEPOINT operation');
const RELEASE = statement('RELEASE operation');
const UNDO = statement('ROLLBACK TO operation');

interface Submission {
  operation: Operation<unknown, unknown>;
  input: unknown;
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

/** Runs operations one after the other, many to a commit; each is answered only after its COMMIT. */
export interface GroupCommit {
  submit(operation: Operation<unknown, unknown>, input: unknown): Promise<unknown>;
  /** Resolves when everything submitted so far is committed or refused. */
  drained(): Promise<void>;
}

/**
 * One writer's group commit. An operation that throws is rolled back alone; a BEGIN or COMMIT that fails (full disk,
 * I/O error) refuses the whole group with `store-unavailable`, retryable. Once SQLite has met pages that do not fit
 * together, nothing is taken any more: everything is refused with `database-damaged`.
 */
export function createGroupCommit(connection: SqliteConnection): GroupCommit {
  const queue: Submission[] = [];
  let running: Promise<void> | undefined;
  let damage: string | null = null;

  async function drain(): Promise<void> {
    // One turn lets everything that arrived together share the commit; an idle writer waits no longer.
    await Promise.resolve();
    while (queue.length > 0) {
      const committed = await commitGroup();
      if (committed > 1) await sleep(Math.min(committed - 1, LONGEST_GATHER_MS));
    }
    running = undefined;
  }

  /** How many operations the group had. */
  async function commitGroup(): Promise<number> {
    const group: Submission[] = [];
    try {
      if (damage !== null) throw damaged(damage);
      const settle = (await together(group)) ?? (await apart(group));
      for (const answer of settle) answer();
    } catch (error) {
      damage ??= damageOf(error);
      const refused = group.length > 0 ? group : queue.splice(0);
      for (const each of refused)
        each.reject(
          damage === null ? unavailable('the database did not take the change', error) : damaged(damage),
        );
    }
    return group.length;
  }

  /** Takes a group from the queue and commits it; null, and nothing happened, where an operation threw. */
  async function together(group: Submission[]): Promise<(() => void)[] | null> {
    const settle: (() => void)[] = [];
    return inTransaction(group, async () => {
      const until = performance.now() + GROUP_CEILING_MS;
      for (let each = queue.shift(); each; each = next(group, until)) {
        group.push(each);
        const { operation, input, resolve } = each;
        try {
          const output = await operation(connection, input);
          settle.push(() => resolve(output));
        } catch (error) {
          if (isStorage(error) || damageOf(error) !== null) throw error;
          return null;
        }
      }
      return settle;
    });
  }

  function next(group: Submission[], until: number): Submission | undefined {
    return group.length < GROUP_SIZE && performance.now() < until ? queue.shift() : undefined;
  }

  /** The same again, each in a savepoint of its own: nothing of the first try is left, and nobody was answered. */
  async function apart(group: Submission[]): Promise<(() => void)[]> {
    const settle: (() => void)[] = [];
    await inTransaction(group, async () => {
      for (const each of group) settle.push(await attempt(each));
      return settle;
    });
    return settle;
  }

  /** Commits what `work` did, or undoes it where that throws or gives null. */
  async function inTransaction<T>(group: Submission[], work: () => Promise<T | null>): Promise<T | null> {
    try {
      connection.run(BEGIN, {});
      const done = await work();
      if (done !== null) for (const { operation } of group) failpoint(`commit:${operation.name}:before`);
      connection.run(done === null ? ROLLBACK : COMMIT, {});
      if (done !== null) for (const { operation } of group) failpoint(`commit:${operation.name}:after`);
      return done;
    } catch (error) {
      rollback();
      throw error;
    }
  }

  async function attempt(each: Submission): Promise<() => void> {
    connection.run(SAVE, {});
    try {
      const output = await each.operation(connection, each.input);
      connection.run(RELEASE, {});
      return () => each.resolve(output);
    } catch (error) {
      connection.run(UNDO, {});
      connection.run(RELEASE, {});
      if (isStorage(error) || damageOf(error) !== null) throw error;
      return () => each.reject(error);
    }
  }

  function rollback(): void {
    try {
      connection.run(ROLLBACK, {});
    } catch {
      // SQLite has rolled back by itself where the error was grave enough: there is no transaction left to end.
    }
  }

  return {
    submit: (operation, input) =>
      new Promise((resolve, reject) => {
        queue.push({ operation, input, resolve, reject });
        running ??= drain();
      }),
    drained: async () => {
      await running;
    },
  };
}

/** SQLITE_FULL, SQLITE_IOERR, SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_NOMEM: the store's trouble, not the operation's. */
const STORAGE_CODES = new Set([13, 10, 8, 14, 7]);

function isStorage(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return false;
  return typeof error.errcode === 'number' && STORAGE_CODES.has(error.errcode & 0xff);
}
