import { setTimeout as sleep } from 'node:timers/promises';
import { CodedError, messageOf } from '../base/errors.ts';
import type { SqliteConnection } from './sqlite.ts';
import type { Operation } from './statement.ts';

/** At most so many operations share one commit: fsync dominates, and 200 rows a commit are ~200x one by one [measured]. */
const GROUP_SIZE = 200;

/** Wall milliseconds a group may gather before it is committed. */
const GROUP_CEILING_MS = 20;

/**
 * Under load (the last group had more than one) the next gathers for so long: a commit's fsync and its 10 pages of
 * journal then serve more operations, which saves a quarter of the writer's time [measured].
 */
const GATHER_MS = 2;

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
 * One writer's group commit. An operation that throws is rolled back alone, by savepoint; a BEGIN or COMMIT
 * that fails (full disk, I/O error) refuses the whole group with `store-unavailable`, retryable.
 */
export function createGroupCommit(connection: SqliteConnection): GroupCommit {
  const queue: Submission[] = [];
  let running: Promise<void> | undefined;

  async function drain(): Promise<void> {
    // One turn lets everything that arrived together share the commit; an idle writer waits no longer.
    await Promise.resolve();
    while (queue.length > 0) {
      const committed = await commitGroup();
      if (committed > 1) await sleep(GATHER_MS);
    }
    running = undefined;
  }

  /** How many operations the group had. */
  async function commitGroup(): Promise<number> {
    const settle: (() => void)[] = [];
    const group: Submission[] = [];
    try {
      connection.exec('BEGIN IMMEDIATE');
      const until = performance.now() + GROUP_CEILING_MS;
      do {
        const next = queue.shift();
        if (!next) break;
        group.push(next);
        settle.push(await attempt(next));
      } while (queue.length > 0 && group.length < GROUP_SIZE && performance.now() < until);
      connection.exec('COMMIT');
      for (const answer of settle) answer();
    } catch (error) {
      rollback();
      const refused = group.length > 0 ? group : queue.splice(0);
      for (const each of refused) each.reject(unavailable(error));
    }
    return group.length;
  }

  async function attempt(each: Submission): Promise<() => void> {
    connection.exec('SAVEPOINT operation');
    try {
      const output = await each.operation(connection, each.input);
      connection.exec('RELEASE operation');
      return () => each.resolve(output);
    } catch (error) {
      connection.exec('ROLLBACK TO operation; RELEASE operation');
      if (isStorage(error)) throw error;
      return () => each.reject(error);
    }
  }

  function rollback(): void {
    try {
      connection.exec('ROLLBACK');
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

function unavailable(error: unknown): CodedError {
  return new CodedError('store-unavailable', `the database did not take the change: ${messageOf(error)}`, {
    next: 'make room on its disk or make it writable; the daemon goes on by itself',
    retryable: true,
    cause: error,
  });
}
