import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { systemClock } from '../../src/base/clock.ts';
import { CodedError } from '../../src/base/errors.ts';
import { createGroupCommit } from '../../src/store/group-commit.ts';
import { guardMoves } from '../../src/store/guard-moves.ts';
import { lockState } from '../../src/store/lock.ts';
import { beginStore, openStore } from '../../src/store/open.ts';
import { patientStore } from '../../src/store/patient.ts';
import { migrate, openSqlite } from '../../src/store/sqlite.ts';
import { type Statement, statement } from '../../src/store/statement.ts';
import type { Store } from '../../src/store/store.ts';
import { startStoreThread } from '../../src/store/thread.ts';
import {
  allThoughts,
  captureAll,
  observation,
  observe,
  temporaryFolder,
  temporaryStore,
} from '../support/store.ts';

const MIGRATIONS = pathToFileURL(join(import.meta.dirname, '../../migrations/sqlite/'));
const noop = () => undefined;

describe('the database', () => {
  it('is private, in WAL mode, fully synchronous, and survives being opened again', async (t) => {
    const { store, root, file } = await temporaryStore(t);
    await observe(store, root, observation('a.md', 'aa'));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const again = await openStore(file, noop);
    assert.equal((await allThoughts(again)).length, 1);
    await again.close();
    const connection = openSqlite(file, { readOnly: false });
    const value = (name: string) =>
      connection.one(statement<Record<string, never>, Record<string, unknown>>(`PRAGMA ${name}`), {});
    assert.equal(value('journal_mode')?.['journal_mode'], 'wal');
    assert.equal(value('synchronous')?.['synchronous'], 2);
    connection.close();
  });

  it('is refused with its bytes untouched when it is no database', async (t) => {
    const file = join(temporaryFolder(t), 'consciousness.db');
    writeFileSync(file, 'these are not the bytes of a database, but somebody may love them'.repeat(100));
    const before = readFileSync(file);
    await assert.rejects(openStore(file, noop), { code: 'database-lost', exitCode: 78 });
    assert.deepEqual(readFileSync(file), before);
  });

  it('answers what was asked before it was open, and refuses it where it cannot be opened', async (t) => {
    const { store, file } = await temporaryStore(t);
    await store.close();
    const early = beginStore(file, noop, startStoreThread(), { fresh: false, now: 0 });
    assert.equal((await early.store.read('indexColumns', { root: '/inbox' })).paths, '');
    await early.opened;
    await early.store.close();

    writeFileSync(file, 'no database'.repeat(100));
    const broken = beginStore(file, noop, startStoreThread(), { fresh: false, now: 0 });
    const refused = assert.rejects(broken.store.read('indexColumns', { root: '/inbox' }));
    await assert.rejects(broken.opened, { code: 'database-lost' });
    await refused;
    await assert.rejects(broken.store.write('rulesInForce', undefined));
  });

  it('refuses what is asked after its thread has ended, opened or not', async (t) => {
    const { store, file } = await temporaryStore(t);
    await store.close();
    await assert.rejects(store.write('rulesInForce', undefined), /ended/);

    writeFileSync(file, 'no database'.repeat(100));
    const broken = beginStore(file, noop, startStoreThread(), { fresh: false, now: 0 });
    await assert.rejects(broken.opened, { code: 'database-lost' });
    await broken.store.close();
    await assert.rejects(broken.store.write('rulesInForce', undefined), { code: 'database-lost' });
  });

  it('is read by its writer while that is idle, and by a second thread while it is not', async (t) => {
    if (process.platform !== 'linux') return t.skip('threads are counted in /proc');
    const threads = () =>
      readdirSync('/proc/self/task').filter(
        (task) => readFileSync(`/proc/self/task/${task}/comm`, 'utf8') === 'store\n',
      ).length;
    const { store, root } = await temporaryStore(t);
    const before = threads();
    assert.deepEqual(await allThoughts(store), []);
    assert.equal(threads(), before);
    const writing = observe(store, root, observation('a.md', 'aa'));
    await allThoughts(store);
    assert.equal(threads(), before + 1);
    await writing;
    assert.equal((await allThoughts(store)).length, 1);
  });

  it('is refused when a newer version wrote it', async (t) => {
    const file = join(temporaryFolder(t), 'consciousness.db');
    const connection = openSqlite(file, { readOnly: false });
    connection.exec('PRAGMA user_version = 999');
    connection.close();
    await assert.rejects(openStore(file, noop), {
      code: 'database-newer',
      exitCode: 78,
      value: 'schema 999',
    });
  });

  it('refuses a move that the table of states does not know', (t) => {
    const file = join(temporaryFolder(t), 'consciousness.db');
    const connection = openSqlite(file, { readOnly: false });
    migrate(connection, file, MIGRATIONS);
    guardMoves(connection);
    connection.exec(
      `INSERT INTO rule_versions VALUES ('v', 'r', '', 0);
       INSERT INTO events VALUES (1, 'd', 'files', 's', 'added', 0, '{}');
       INSERT INTO thoughts (id, rule, version, event, subject, state, reason, priority, content, settle_until,
         available_at, attempt, failures, crashes, fresh, created_at, updated_at)
       VALUES ('id', 'r', 'v', 1, 's', 'waiting', '', 1, '', 0, 0, 0, 0, 0, 0, 0, 0)`,
    );
    assert.throws(() => connection.exec(`UPDATE thoughts SET state = 'done'`), /illegal move/);
    connection.exec(`UPDATE thoughts SET state = 'ready'`);
    connection.close();
  });

  it('keeps a changed answer of every blob, small or compressed', async (t) => {
    const { store, root } = await temporaryStore(t);
    for (const [name, text] of [
      ['small.md', 'héllo'],
      ['large.md', 'wörld '.repeat(10_000)],
    ] as const) {
      const [seen] = await observe(store, root, observation(name, name));
      await captureAll(store, text);
      const view = await store.read('viewThought', { id: seen?.thoughts[0] ?? '' });
      assert.equal(view?.captured?.text, text);
    }
  });
});

describe('group commit', () => {
  const insert = statement<{ value: string }>('INSERT INTO things (value) VALUES (:value)');
  const all = statement<Record<string, never>, { value: string }>('SELECT value FROM things ORDER BY rowid');

  function things(t: Parameters<typeof temporaryFolder>[0]) {
    const connection = openSqlite(join(temporaryFolder(t), 'things.db'), { readOnly: false });
    connection.exec('CREATE TABLE things (value TEXT NOT NULL UNIQUE)');
    t.after(() => connection.close());
    const commits: string[] = [];
    const watched = {
      ...connection,
      run<V extends object>(what: Statement<V, never>, values: V) {
        if (what.sql === 'COMMIT') commits.push(what.sql);
        return connection.run(what, values);
      },
    };
    return { connection, watched, commits };
  }

  it('lets what arrives together share commits of at most 200, in order', async (t) => {
    const { connection, watched, commits } = things(t);
    const group = createGroupCommit(watched);
    const values = Array.from({ length: 450 }, (_, n) => `v${String(n).padStart(3, '0')}`);
    await Promise.all(values.map((value) => group.submit((tx) => tx.run(insert, { value }), null)));
    assert.deepEqual(
      connection.all(all, {}).map((row) => row.value),
      values,
    );
    assert.ok(commits.length >= 3 && commits.length < 100, `${commits.length} commits`);
  });

  it('rolls back the operation that fails, and only that one', async (t) => {
    const { connection, watched } = things(t);
    const group = createGroupCommit(watched);
    const outcomes = await Promise.allSettled([
      group.submit((tx) => tx.run(insert, { value: 'first' }), null),
      group.submit(async (tx) => {
        await tx.run(insert, { value: 'half' });
        throw new Error('broken');
      }, null),
      group.submit((tx) => tx.run(insert, { value: 'last' }), null),
    ]);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(
      connection.all(all, {}).map((row) => row.value),
      ['first', 'last'],
    );
  });

  it('acknowledges nothing whose COMMIT failed', async (t) => {
    const { connection, watched } = things(t);
    let broken = true;
    const group = createGroupCommit({
      ...watched,
      run(what, values) {
        if (what.sql === 'COMMIT' && broken)
          throw Object.assign(new Error('database or disk is full'), { errcode: 13 });
        return watched.run(what, values);
      },
    });
    const put = (value: string) => group.submit((tx) => tx.run(insert, { value }), null);
    await assert.rejects(put('lost'), { code: 'store-unavailable', retryable: true });
    broken = false;
    await put('kept');
    assert.deepEqual(
      connection.all(all, {}).map((row) => row.value),
      ['kept'],
    );
  });
});

describe('a full disk', () => {
  it('makes writes wait and go on by themselves, and says so while it lasts', async (t) => {
    const { store, root } = await temporaryStore(t);
    let full = 2;
    const troubled: Store = {
      ...store,
      write(name, input) {
        if (full-- > 0)
          return Promise.reject(new CodedError('store-unavailable', 'the disk is full', { retryable: true }));
        return store.write(name, input);
      },
    };
    const told: (string | null)[] = [];
    const clock = { ...systemClock, sleep: async () => undefined };
    const patient = patientStore(troubled, {
      clock,
      signal: new AbortController().signal,
      onTrouble: (reason) => told.push(reason),
    });
    const [seen] = await observe(patient, root, observation('a.md', 'aa'));
    assert.equal(seen?.change, 'added');
    assert.deepEqual(told, ['the disk is full', 'the disk is full', null]);
  });

  it('makes an input that is true for a moment anew at each try', async (t) => {
    const { store } = await temporaryStore(t);
    let full = 1;
    const troubled: Store = {
      ...store,
      write: (name, input) =>
        full-- > 0
          ? Promise.reject(new CodedError('store-unavailable', 'the disk is full', { retryable: true }))
          : store.write(name, input),
    };
    let now = 1_000_000;
    const clock = {
      ...systemClock,
      now: () => now,
      // It was full for longer than a lease.
      sleep: async () => {
        now += 60_000;
      },
    };
    const signal = new AbortController().signal;
    const patient = patientStore(troubled, { clock, signal, onTrouble: () => undefined });
    const asked: number[] = [];
    await patient.write('sweep', () => {
      asked.push(now);
      return { owner: 'me', everyone: false, now };
    });
    assert.deepEqual(asked, [1_060_000]);
  });

  it('writes nothing more once it was given up: what would have come before it is missing', async (t) => {
    const { store, root } = await temporaryStore(t);
    const group = new AbortController();
    const patient = patientStore(store, {
      clock: systemClock,
      signal: group.signal,
      onTrouble: () => undefined,
    });
    group.abort(new Error('the daemon ends'));
    await assert.rejects(observe(patient, root, observation('a.md', 'aa')), /the daemon ends/);
  });
});

describe('the lock of a state directory', () => {
  it('is held by one process, and free again when that one is gone', (t) => {
    const folder = temporaryFolder(t);
    const first = lockState(folder);
    assert.throws(() => lockState(folder), { code: 'daemon-already-running', exitCode: 75 });
    first.release();
    first.release();
    lockState(folder).release();
  });
});
