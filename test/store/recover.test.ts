import assert from 'node:assert/strict';
import {
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { listBackups, makeBackup } from '../../src/store/backup.ts';
import { openStore } from '../../src/store/open.ts';
import { placesOf } from '../../src/store/places.ts';
import { amendRecord, readRecord } from '../../src/store/record-file.ts';
import { openDatabase } from '../../src/store/recover.ts';
import { migrate, openSqlite } from '../../src/store/sqlite.ts';
import { allThoughts, observation, observe, temporaryFolder, temporaryStore } from '../support/store.ts';

const MIGRATIONS = pathToFileURL(join(import.meta.dirname, '../../migrations/sqlite/'));
const noop = () => undefined;

/** A closed database with `thoughts` of which the first half is in a backup. */
async function closedStore(t: TestContext, backup: boolean): Promise<string> {
  const { store, root, file } = await temporaryStore(t);
  for (let n = 0; n < 100; n += 1) {
    if (n === 50 && backup) await makeBackup(file, Date.now());
    await observe(store, root, observation(`${n}-${'x'.repeat(200)}.md`, `h${n}`));
  }
  await store.close();
  return file;
}

function ruin(file: string): void {
  const bytes = readFileSync(file);
  // Behind the pages of the schema, which come first: it can still be read.
  for (let at = Math.floor(bytes.length * 0.65); at < bytes.length; at += 1) bytes[at] = (at * 31) % 251;
  writeFileSync(file, bytes);
}

/** As a power cut leaves it: not closed, and the machine was started again. */
function cutPower(file: string): void {
  amendRecord(file, { open: true, boot: 'another' });
}

const fresh = { fresh: false, now: Date.now() };

describe('a damaged database', () => {
  it('found after a power cut goes into quarantine whole, and the newest backup takes its place', async (t) => {
    const file = await closedStore(t, true);
    ruin(file);
    const bytes = readFileSync(file);
    cutPower(file);
    const store = await openStore(file, noop, fresh);
    t.after(() => store.close());
    const { loss } = store.opening;
    assert.equal((await allThoughts(store)).length, 50);
    assert.equal(loss?.from, listBackups(file)[0]?.at);
    assert.deepEqual(readFileSync(join(loss?.quarantine ?? '', 'consciousness.db')), bytes);
    assert.equal(readRecord(file)?.losses.length, 1);
    assert.equal(readRecord(file)?.damage, null);
  });

  it('is looked at in every page only after a power cut: a crash leaves the kernel alive', async (t) => {
    const file = await closedStore(t, true);
    ruin(file);
    amendRecord(file, { open: true });
    const { connection, opening } = await openDatabase({ path: file, migrations: MIGRATIONS, ...fresh });
    assert.deepEqual([opening.loss, opening.checkDue], [null, true]);
    connection.close();
  });

  for (const [what, break_, reason] of [
    ['gone', (file: string) => rmSync(file), /gone/],
    ['cut to nothing', (file: string) => truncateSync(file, 0), /empty/],
    ['blank', blank, /nothing in it/],
    ['no database any more', (file: string) => writeFileSync(file, 'x'.repeat(9000)), /not a database/],
  ] as const) {
    it(`is never begun anew in silence: its file is ${what}`, async (t) => {
      const file = await closedStore(t, false);
      break_(file);
      const before = existsSync(file) ? readFileSync(file) : null;
      await assert.rejects(
        openStore(file, noop, fresh),
        (error: Error & { code: string; exitCode: number; next: string }) => {
          assert.equal(error.code, 'database-lost');
          assert.equal(error.exitCode, 78);
          assert.match(error.message, reason);
          assert.match(error.next, /--fresh-database/);
          return true;
        },
      );
      assert.deepEqual(existsSync(file) ? readFileSync(file) : null, before, 'its bytes are as they were');
      const store = await openStore(file, noop, { ...fresh, fresh: true });
      t.after(() => store.close());
      assert.equal(store.opening.loss?.from, null);
      assert.equal((await allThoughts(store)).length, 0);
      assert.equal(readdirSync(placesOf(file).quarantine).length, 1);
    });
  }

  it('is restored from the newest backup that is well, whatever became of the newer ones', async (t) => {
    const file = await closedStore(t, true);
    const good = listBackups(file)[0];
    assert.ok(good);
    const bad = join(dirname(good.path), 'consciousness.db.20991231T000000000Z.backup');
    copyFileSync(good.path, bad);
    ruin(bad);
    rmSync(file);
    const store = await openStore(file, noop, fresh);
    t.after(() => store.close());
    assert.equal(store.opening.loss?.from, good.at);
    assert.equal((await allThoughts(store)).length, 50);
  });

  it('whose mending was cut short is mended at the next start, and nothing in quarantine is lost', async (t) => {
    const file = await closedStore(t, true);
    amendRecord(file, { damage: { reason: 'torn', sure: true } });
    rmSync(`${file}`);
    const store = await openStore(file, noop, fresh);
    t.after(() => store.close());
    assert.equal(store.opening.loss?.reason, 'torn');
    assert.equal((await allThoughts(store)).length, 50);
  });

  it('that was only feared to be damaged is gone on with', async (t) => {
    const file = await closedStore(t, true);
    amendRecord(file, { damage: { reason: 'a reader said so', sure: false } });
    const store = await openStore(file, noop, fresh);
    t.after(() => store.close());
    assert.equal(store.opening.loss, null);
    assert.equal((await allThoughts(store)).length, 100);
    assert.equal(readRecord(file)?.damage, null);
  });

  it('met while working is refused from then on, told once, and mended by the next start', async (t) => {
    const file = await closedStore(t, true);
    ruin(file);
    const told: Error[] = [];
    const store = await openStore(file, (error) => told.push(error), fresh);
    t.after(() => store.close());
    const root = { id: 1, path: '/inbox', baselined: true };
    const writes = await Promise.allSettled(
      Array.from({ length: 30 }, (_, n) => observe(store, root, observation(`new-${n}.md`, `n${n}`))),
    );
    const failed = writes.filter((each) => each.status === 'rejected');
    assert.ok(failed.length > 0, 'the damage was met');
    await assert.rejects(observe(store, root, observation('after.md', 'zz')), { code: 'database-damaged' });
    assert.equal(told.length, 1);
    await store.close();
    assert.equal(readRecord(file)?.damage?.sure, false);
    const again = await openStore(file, noop, fresh);
    t.after(() => again.close());
    assert.equal(again.opening.loss?.from, listBackups(file)[0]?.at);
    assert.equal((await allThoughts(again)).length, 50);
  });
});

function blank(file: string): void {
  rmSync(file);
  const database = new DatabaseSync(file);
  database.exec('CREATE TABLE t (a); DROP TABLE t');
  database.close();
}

describe('a database that was closed in order', () => {
  it('is not looked through at a start, but while it is worked in once the last look is a day old', async (t) => {
    const file = await closedStore(t, false);
    const now = Date.now();
    const open = async (at: number) => {
      const { connection, opening } = await openDatabase({
        path: file,
        migrations: MIGRATIONS,
        fresh: false,
        now: at,
      });
      connection.close();
      amendRecord(file, { open: false });
      return opening;
    };
    amendRecord(file, { checkedAt: now });
    assert.equal((await open(now + 1000)).checkDue, false);
    assert.equal((await open(now + 25 * 3_600_000)).checkDue, true);
  });
});

describe('a backup', () => {
  it('is one private file of one moment, complete, and the oldest go', async (t) => {
    const { store, root, file } = await temporaryStore(t);
    for (let n = 0; n < 6; n += 1) {
      await observe(store, root, observation(`${n}.md`, `h${n}`));
      const made = await makeBackup(file, 1000 + n);
      const copy = new DatabaseSync(made.path, { readOnly: true });
      assert.equal(copy.prepare('SELECT count(*) AS n FROM thoughts').get()?.['n'], n + 1);
      copy.close();
      assert.equal(statSync(made.path).mode & 0o777, 0o600);
    }
    assert.deepEqual(
      listBackups(file).map((each) => each.at),
      [1005, 1004, 1003, 1002],
    );
    assert.equal(readdirSync(placesOf(file).backups).length, 4, 'nothing else is left there');
  });

  it('is made of one moment while others write, who go on meanwhile', async (t) => {
    const { store, root, file } = await temporaryStore(t);
    let writing = true;
    let written = 0;
    const writer = (async () => {
      for (; writing; written += 1) await observe(store, root, observation(`${written}.md`, `h${written}`));
    })();
    for (let n = 0; n < 3; n += 1) await makeBackup(file, 1000 + n);
    writing = false;
    await writer;
    assert.equal(listBackups(file).length, 3);
    assert.ok(written >= 3, `${written} writes were answered during three backups`);
  });

  it('is made before a schema is brought forward', async (t) => {
    const folder = temporaryFolder(t);
    const [file, before] = [join(folder, 'state', 'consciousness.db'), join(folder, 'migrations')];
    cpSync(fileURLToPath(MIGRATIONS), before, { recursive: true });
    const names = readdirSync(before).sort();
    rmSync(join(before, names.at(-1) ?? ''));
    const old = openSqlite(file, { readOnly: false });
    migrate(old, file, pathToFileURL(`${before}/`));
    old.exec("INSERT INTO roots (path) VALUES ('/inbox')");
    old.close();
    const store = await openStore(file, noop, fresh);
    t.after(() => store.close());
    const [made] = listBackups(file);
    const copy = new DatabaseSync(made?.path ?? '', { readOnly: true });
    assert.equal(copy.prepare('PRAGMA user_version').get()?.['user_version'], names.length - 1);
    copy.close();
    assert.equal((await store.read('indexColumns', { root: '/inbox' })).baselined, false);
    const now = new DatabaseSync(file, { readOnly: true });
    assert.equal(now.prepare('SELECT count(*) AS n FROM roots').get()?.['n'], 1);
    assert.equal(now.prepare('PRAGMA user_version').get()?.['user_version'], names.length);
    now.close();
  });
});
