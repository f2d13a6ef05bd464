import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it, type TestContext } from 'node:test';
import { createClient } from '../../src/surfaces/unix-client.ts';
import { BIN, cli, copyRule, createHome, startDaemon } from '../support/daemon.ts';
import { startModelServer } from '../support/model-server.ts';
import { fill, mountFragile, mountSmall } from '../support/mount.ts';

/** A home whose model says what the document says. */
async function repeating(t: TestContext) {
  const server = await startModelServer(
    (prompt) => /BEGIN DOCUMENT \w+\n([\s\S]*)\nEND/.exec(prompt)?.[1] ?? '',
  );
  t.after(() => server.stop());
  const home = createHome(t, server.url);
  home.rule('copy', copyRule(home));
  return { server, home };
}

async function holdsOf(home: Parameters<typeof cli>[0]): Promise<{ what: string; reason: string }[]> {
  return JSON.parse((await cli(home, 'status', '--json')).stdout).holds;
}

describe('a disk that becomes read-only', () => {
  it('under the notes holds their thoughts, and they are written once when it takes changes again', async (t) => {
    const { server, home } = await repeating(t);
    using disk = mountSmall(t, home.notes, 'size=1m');
    if (!disk) return;
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'before.md'), 'before');
    await daemon.reached('done', 1);
    disk.readOnly();
    writeFileSync(join(home.inbox, 'after.md'), 'after');
    await daemon.saw((event) => event.type === 'hold' && event.held && event.what === 'root', 'the hold');
    assert.match((await holdsOf(home))[0]?.reason ?? '', /cannot be written \(EROFS\)/);
    disk.writable();
    await daemon.reached('done', 2);
    assert.deepEqual(home.noteNames(), ['after.md', 'before.md']);
    assert.equal(server.prompts.length, 2, 'the model was not asked again');
    await daemon.end();
  });

  it('under the database pauses everything visibly; what changed meanwhile is thought once it is mended', async (t) => {
    const { home } = await repeating(t);
    const state = join(home.folder, 'state');
    mkdirSync(state, { mode: 0o700 });
    using disk = mountFragile(t, state, join(home.folder, 'disk.img'), 64);
    if (!disk) return;
    const daemon = await startDaemon(t, home);
    writeFileSync(join(home.inbox, 'before.md'), 'before');
    await daemon.reached('done', 1);
    disk.fail();
    for (const name of ['a.md', 'b.md']) writeFileSync(join(home.inbox, name), name);
    await daemon.saw((event) => event.type === 'hold' && event.held && event.what === 'store', 'the hold');
    assert.match((await holdsOf(home)).find(({ what }) => what === 'store')?.reason ?? '', /database/);
    assert.equal(await daemon.end(), 0);
    disk.mend();
    writeFileSync(join(home.inbox, 'c.md'), 'c.md');
    const again = await startDaemon(t, home);
    await again.reached('done', 3);
    assert.deepEqual(home.noteNames(), ['a.md', 'b.md', 'before.md', 'c.md']);
    assert.equal(await again.end(), 0);
  });
});

describe('a full disk under the logs', () => {
  it('costs log lines and nothing else; how many is logged when there is room', async (t) => {
    const { home } = await repeating(t);
    const logs = join(home.folder, 'logs');
    mkdirSync(logs, { mode: 0o700 });
    using disk = mountSmall(t, logs, 'size=64k');
    if (!disk) return;
    const ballast = join(logs, 'ballast');
    const daemon = await startDaemon(t, home);
    fill(ballast);
    // Each is a line of the log, and its last page has room for some.
    const client = createClient({ socket: join(home.folder, 'state', 'daemon.sock'), start: '' }, t.signal);
    const toggle = async () => {
      await client.pause(null);
      await client.resume(null);
    };
    for (let n = 0; n < 50; n += 1) await toggle();
    writeFileSync(join(home.inbox, 'f.md'), 'text');
    await daemon.reached('done', 1);
    assert.deepEqual(home.noteNames(), ['f.md']);
    rmSync(ballast);
    await toggle();
    await daemon.end();
    const lines = readFileSync(join(logs, 'consciousness.log'), 'utf8').trim().split('\n');
    const lost = lines.map((line) => JSON.parse(line)).find(({ event }) => event === 'log lines dropped');
    assert.ok(lost?.count > 0, lines.at(-1));
    assert.equal(lost.code, 'ENOSPC');
  });
});

describe('a disk without a free inode', () => {
  it('makes a start wait and say so; it begins when there is one', async (t) => {
    const { home } = await repeating(t);
    const state = join(home.folder, 'state');
    mkdirSync(state, { mode: 0o700 });
    using disk = mountSmall(t, state, 'size=8m,nr_inodes=40');
    if (!disk) return;
    const fillers: string[] = [];
    try {
      for (let n = 0; ; n += 1) {
        writeFileSync(join(state, `filler-${n}`), '');
        fillers.push(join(state, `filler-${n}`));
      }
    } catch {
      assert.ok(fillers.length > 30);
    }
    const child = spawn(process.execPath, [BIN, 'start', '--home', home.folder, '--json']);
    t.after(() => child.kill('SIGKILL'));
    const ended = once(child, 'exit');
    await once(createInterface({ input: child.stderr }), 'line').then(([line]) =>
      assert.match(String(line), /waiting: .*make room/),
    );
    for (const filler of fillers) rmSync(filler);
    await once(child.stdout, 'data');
    writeFileSync(join(home.inbox, 'f.md'), 'text');
    while (!readdirSync(home.notes).includes('f.md')) await once(child.stdout, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [0, null]);
  });
});
