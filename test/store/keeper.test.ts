import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { createLog } from '../../src/base/log.ts';
import { listBackups, makeBackup } from '../../src/store/backup.ts';
import { boundJournal } from '../../src/store/journal-size.ts';
import { createKeeper, type KeeperOptions } from '../../src/store/keeper.ts';
import { readRecord } from '../../src/store/record-file.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { observation, observe, temporaryFolder, temporaryStore } from '../support/store.ts';

const quiet = { write() {}, on() {}, off() {} };
const log = createLog({ level: 'CRITICAL', pretty: false, secrets: () => [], out: quiet });

function keeperOf(t: TestContext, path: string, more: Partial<KeeperOptions> = {}) {
  const stop = new AbortController();
  const damages: Error[] = [];
  const opening = { loss: null, losses: [], checkDue: true, checkedAt: null };
  const options = { path, clock: systemClock, log, opening, firstMs: 0, backupEveryMs: 300 };
  const keeper = createKeeper({ ...options, onDamaged: (error) => damages.push(error), ...more });
  const running = keeper.run(stop.signal).catch(() => undefined);
  const end = async () => {
    stop.abort();
    await running;
  };
  // One that goes on after its test failed keeps the whole file from ending.
  t.after(end);
  return { keeper, damages, end };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.sleep(10);
}

describe('the keeper of a database', () => {
  it('checks it while it is worked in, backs it up, and does so again only when something changed', async (t) => {
    const { store, root, file } = await temporaryStore(t);
    const { keeper, damages, end } = keeperOf(t, file);
    await until(() => listBackups(file).length === 1);
    await systemClock.sleep(900);
    assert.equal(listBackups(file).length, 1, 'nothing changed');
    await observe(store, root, observation('a.md', 'aa'));
    await until(() => listBackups(file).length === 2);
    await until(() => keeper.facts().checkedAt !== null);
    const facts = keeper.facts();
    assert.deepEqual([facts.backups.count, facts.backups.problem, facts.lost], [2, null, null]);
    assert.ok(facts.databaseBytes > 0 && facts.backups.bytes > 0);
    assert.deepEqual(damages, []);
    await end();
  });

  it('backs it up where the newest backup is dated in the future, and takes that one for the newest no longer', async (t) => {
    const { file } = await temporaryStore(t);
    const future = await makeBackup(file, Date.now() + 86_400_000);
    const { keeper, end } = keeperOf(t, file);
    const made = () => listBackups(file).filter(({ path }) => path !== future.path);
    await until(() => made().length > 0 && listBackups(file).length === made().length);
    await until(() => keeper.facts().checkedAt !== null);
    assert.equal(listBackups(file).length, 1);
    assert.ok((listBackups(file)[0]?.at ?? Infinity) <= Date.now());
    await end();
  });

  it('says so when its pages are damaged, for the next start to mend', async (t) => {
    const { store, root, file } = await temporaryStore(t);
    for (let n = 0; n < 50; n += 1)
      await observe(store, root, observation(`${n}${'x'.repeat(300)}`, `h${n}`));
    await store.close();
    const bytes = readFileSync(file);
    bytes.fill(0x5a, Math.floor(bytes.length / 2));
    writeFileSync(file, bytes);
    const { damages, end } = keeperOf(t, file);
    await until(() => damages.length > 0);
    assert.equal(readRecord(file)?.damage?.sure, false);
    assert.equal(listBackups(file).length, 0, 'a damaged database is no backup');
    await end();
  });
});

describe('the write-ahead journal', () => {
  it('grows while a reader holds on to it, and is cut to nothing once nobody writes or reads', async (t) => {
    const file = join(temporaryFolder(t), 'journal.db');
    const writer = openSqlite(file, { readOnly: false });
    writer.exec('CREATE TABLE things (value TEXT)');
    const reader = new DatabaseSync(file, { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM things').get();
    const bound = boundJournal(writer, file, 30);
    for (let n = 0; n < 50; n += 1) writer.exec(`INSERT INTO things VALUES ('${'x'.repeat(5000)}')`);
    const size = () => statSync(`${file}-wal`).size;
    assert.ok(size() > 200_000);
    await systemClock.sleep(200);
    assert.ok(size() > 200_000, 'the reader still needs it');
    reader.exec('ROLLBACK');
    await until(() => size() === 0);
    bound.stop();
    reader.close();
    writer.close();
  });
});
