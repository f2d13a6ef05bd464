import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError, messageOf } from '../../src/base/errors.ts';
import { READS, WRITES } from '../../src/store/catalogue.ts';
import { guardMoves } from '../../src/store/guard-moves.ts';
import { migrate, openSqlite, type SqliteConnection } from '../../src/store/sqlite.ts';
import { type Operation, statement } from '../../src/store/statement.ts';
import { type Store, valueNow } from '../../src/store/store.ts';
import type { SeededRandom } from '../support/seeded-random.ts';
import type { Life } from './life.ts';
import type { VirtualTime } from './virtual-time.ts';

/** A real database with the real operations, whose commits take virtual time, fail, and are cut off by deaths. */
export interface SimulatedStore {
  connection: SqliteConnection;
  /** As one process reaches it; what it had begun and not committed is gone with it. */
  reachedBy(life: Life): Store;
  /** Commits fail as on a full disk. */
  full: boolean;
  close(): void;
}

export interface StoreHooks {
  /** Just before and just after a COMMIT, with the operation's name: the place to die. */
  commit(name: string, when: 'before' | 'after', life: Life): void;
  /** After each commit, with all that is durable in sight. */
  committed(names: string[]): void;
  /** An operation threw what it should never throw. */
  wrong(what: string): void;
}

const MIGRATIONS = new URL('../../migrations/sqlite/', import.meta.url);
const BEGIN = statement('BEGIN IMMEDIATE');
const COMMIT = statement('COMMIT');
const ROLLBACK = statement('ROLLBACK');
const SAVE = statement('SAVEPOINT operation');
const RELEASE = statement('RELEASE operation');
const UNDO = statement('ROLLBACK TO operation');

interface Submission {
  name: string;
  input: unknown;
  resolve(output: unknown): void;
  reject(error: unknown): void;
}

export function openSimulatedStore(
  random: SeededRandom,
  time: VirtualTime,
  hooks: StoreHooks,
): SimulatedStore {
  const path = join(mkdtempSync(join(tmpdir(), 'simulation-')), 'consciousness.db');
  const connection = openSqlite(path, { readOnly: false });
  // Nothing here outlives this process: what is durable is decided by the simulation.
  connection.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY');
  migrate(connection, path, MIGRATIONS);
  guardMoves(connection);
  const operations: Record<string, unknown> = { ...WRITES, ...READS };
  const state = { full: false };

  function reachedBy(life: Life): Store {
    const queue: Submission[] = [];
    let running = false;

    async function pump(): Promise<void> {
      running = true;
      while (queue.length > 0) {
        await time.clock.sleep(0.5 + random.fraction() * (random.chance(0.05) ? 80 : 6));
        if (life.isOver()) return;
        await commit(queue.splice(0, 1 + random.below(20)));
        if (life.isOver()) return;
      }
      running = false;
    }

    async function commit(group: Submission[]): Promise<void> {
      const answers: (() => void)[] = [];
      connection.run(BEGIN, {});
      for (const each of group) answers.push(await attempt(each));
      try {
        if (state.full) throw new Error('database or disk is full');
        for (const { name } of group) hooks.commit(name, 'before', life);
        if (life.isOver()) throw new Error('died');
        connection.run(COMMIT, {});
      } catch (error) {
        connection.run(ROLLBACK, {});
        if (life.isOver()) return;
        const unavailable = new CodedError('store-unavailable', messageOf(error), { retryable: true });
        for (const [index, { name, reject }] of group.entries()) {
          // A disk that takes no changes can still be read.
          if (name in READS) answers[index]?.();
          else reject(unavailable);
        }
        return;
      }
      hooks.committed(group.map(({ name }) => name));
      for (const { name } of group) hooks.commit(name, 'after', life);
      if (life.isOver()) return;
      for (const answer of answers) answer();
    }

    async function attempt({ name, input, resolve, reject }: Submission): Promise<() => void> {
      connection.run(SAVE, {});
      try {
        // The catalogue's inputs are typed where they are sent from.
        const output = await (operations[name] as Operation<unknown, unknown>)(connection, input);
        connection.run(RELEASE, {});
        return () => resolve(structuredClone(output));
      } catch (error) {
        connection.run(UNDO, {});
        connection.run(RELEASE, {});
        if (!(error instanceof CodedError)) hooks.wrong(`${name}: ${messageOf(error)}`);
        return () => reject(error);
      }
    }

    const submit = (name: string, input: unknown): Promise<unknown> => {
      if (life.isOver()) return life.never();
      return new Promise((resolve, reject) => {
        queue.push({ name, input: structuredClone(input), resolve, reject });
        if (!running) void pump();
      });
    };
    return {
      // As across the threads: the names tie inputs and outputs together, and are erased between.
      write: (name, input) => submit(name, valueNow(input)) as never,
      read: (name, input) => submit(name, input) as never,
      close: () => Promise.resolve(),
    };
  }

  return {
    connection,
    reachedBy,
    get full() {
      return state.full;
    },
    set full(full) {
      state.full = full;
    },
    close() {
      connection.close();
      rmSync(join(path, '..'), { recursive: true, force: true });
    },
  };
}
