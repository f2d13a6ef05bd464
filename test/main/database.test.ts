import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { makeBackup } from '../../src/store/backup.ts';
import { amendRecord } from '../../src/store/record-file.ts';
import { cli, copyRule, createHome, type Home, startDaemon } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';

async function homeWith(t: TestContext): Promise<{ home: Home; database: string; prompts: string[] }> {
  const server = await startModelServer(
    (prompt) => /BEGIN DOCUMENT \w+\n([\s\S]*)\nEND/.exec(prompt)?.[1] ?? '',
  );
  t.after(() => server.stop());
  const home = createHome(t, server.url);
  home.rule('copy', copyRule(home));
  return { home, database: join(home.folder, 'state', 'consciousness.db'), prompts: server.prompts };
}

describe('a database that a power cut has damaged', () => {
  it('is replaced by its backup, which everybody is told, and what was lost with it is neither lost nor doubled', async (t) => {
    const { home, database } = await homeWith(t);
    const first = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'before.md'), 'before');
    await first.reached('done', 1);
    await makeBackup(database, Date.now());
    writeFileSync(join(home.inbox, 'after.md'), 'after');
    await first.reached('done', 2);
    await first.end();
    const bytes = readFileSync(database);
    bytes.fill(0x5a, Math.floor(bytes.length / 2));
    writeFileSync(database, bytes);
    amendRecord(database, { open: true, boot: 'the one before' });

    const again = await startDaemon(t, home);
    const told = await again.saw((event) => event.type === 'problem', 'the loss');
    assert.match(JSON.stringify(told), /was damaged .* the backup of .* took its place/);
    // The file of the lost time is perceived again; its note stands there already.
    await again.reached('done', 1);
    assert.deepEqual(home.noteNames(), ['after.md', 'before.md']);
    assert.match((await cli(home, 'status')).stdout, /was damaged .* restored from the backup of/s);
    assert.match((await cli(home, 'doctor')).stdout, /it was damaged/);
    await again.end();
    const [aside] = readdirSync(join(home.folder, 'state', 'quarantine'));
    assert.ok(statSync(join(home.folder, 'state', 'quarantine', aside ?? '', 'consciousness.db')).size > 0);
  });

  it('is found while the daemon works, which then mends it by itself and goes on', async (t) => {
    const { home, database } = await homeWith(t);
    const first = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'before.md'), 'before');
    await first.reached('done', 1);
    await makeBackup(database, Date.now());
    await first.end();
    const daemon = await startDaemon(t, home);
    // Another process writes into it: the next who reads it from disk meets that.
    const file = openSync(database, 'r+');
    for (let page = 3; page < statSync(database).size / 4096; page += 1)
      writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, page * 4096);
    closeSync(file);
    await cli(home, 'thoughts');
    await daemon.saw((event) => event.type === 'problem', 'the loss');
    writeFileSync(join(home.inbox, 'after.md'), 'after');
    await daemon.reached('done', 1);
    assert.deepEqual(home.noteNames(), ['after.md', 'before.md']);
    assert.equal(await daemon.end(), 0);
  });

  it('and that has no backup ends the start with what to do; an empty one is begun when that is asked for', async (t) => {
    const { home, database } = await homeWith(t);
    const first = await startDaemon(t, home);
    await first.end();
    writeFileSync(database, 'no database at all '.repeat(500));
    const refused = await cli(home, 'start');
    assert.equal(refused.code, 78);
    assert.match(refused.stderr, /--fresh-database/);
    const again = await startDaemon(t, home, { args: ['--fresh-database'] });
    writeFileSync(join(home.inbox, 'new.md'), 'new');
    await again.reached('done', 1);
    await again.end();
  });
});

describe('a state directory that takes no changes', () => {
  it('ends the start with exit 78 and says which', async (t) => {
    const { home } = await homeWith(t);
    const state = join(home.folder, 'state');
    mkdirSync(state, { mode: 0o700 });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', state], { stdio: 'pipe' });
    } catch {
      return t.skip('mounting a file system needs root');
    }
    try {
      const { code, stderr } = await cli(home, 'start');
      assert.equal(code, 78, stderr);
      assert.match(stderr, new RegExp(state));
    } finally {
      execFileSync('umount', ['-l', state]);
    }
  });
});

describe('a process that may open no more files', () => {
  it('holds what it cannot do, and goes on by itself', async (t) => {
    const { home } = await homeWith(t);
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'one.md'), 'one');
    await daemon.reached('done', 1);
    const limit = (files: string) =>
      execFileSync('prlimit', ['--pid', String(daemon.process.pid), `--nofile=${files}`], { stdio: 'pipe' });
    try {
      limit(`${readdirSync(`/proc/${daemon.process.pid}/fd`).length}:`);
    } catch {
      return t.skip('there is no prlimit');
    }
    for (let n = 0; n < 20; n += 1) writeFileSync(join(home.inbox, `${n}.md`), `text ${n}`);
    rmSync(join(home.inbox, 'one.md'));
    await daemon.saw((event) => event.type === 'perceived' || event.type === 'hold', 'any of it');
    limit('4096:');
    await daemon.reached('done', 21);
    assert.equal(home.noteNames().length, 21);
    await daemon.end();
  });
});
