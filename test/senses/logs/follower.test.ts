import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { LogRule } from '../../../src/senses/logs/port.ts';
import { Followed, LogFile } from './followed.ts';

function logIn(t: TestContext): LogFile {
  const log = new LogFile();
  t.after(() => log.remove());
  return log;
}

async function following(t: TestContext, log: LogFile, more: Partial<LogRule> = {}): Promise<Followed> {
  const followed = new Followed(log.path, more);
  t.after(() => followed.close());
  await followed.look();
  return followed;
}

describe('a follower', () => {
  it('begins at the end of what is there, with the line that is being written', async (t) => {
    const log = logIn(t);
    log.write('old\nhalf ');
    const followed = await following(t, log);
    log.write('a line\nnew\n');
    await followed.settle();
    assert.deepEqual(followed.texts(), ['half a line\nnew']);
    assert.match(followed.happenings[0]?.dedup ?? '', /^log:r:.*app\.log#\d+:4$/);
    assert.equal(followed.happenings[0]?.data.lines, 2);
  });

  it('reads a file from its beginning that was not there when it was met, also after a restart', async (t) => {
    const log = logIn(t);
    const followed = await following(t, log);
    assert.equal(followed.follower.facts().state, 'absent');
    await followed.restart();
    log.write('first\n');
    await followed.settle();
    assert.deepEqual(followed.texts(), ['first']);
  });

  it('gathers what comes within the time of quiet, and at most for 30 s', async (t) => {
    const log = logIn(t);
    const followed = await following(t, log);
    for (let second = 0; second < 40; second += 1) {
      log.write(`line ${second}\n`);
      while (await followed.look());
      followed.time += 1000;
    }
    await followed.settle();
    assert.equal(followed.happenings.length, 2);
    assert.equal(followed.lines().length, 40);
  });

  it('takes a line without an end for one after ten seconds, and the rest of it for another', async (t) => {
    const log = logIn(t);
    const followed = await following(t, log);
    log.write('no end');
    await followed.look();
    followed.time += 9000;
    await followed.look();
    followed.time += 2000;
    await followed.settle();
    log.write(' of it\n');
    await followed.settle();
    assert.deepEqual(followed.texts(), ['no end', ' of it']);
  });

  it('keeps a record together whose lines come one by one', async (t) => {
    const log = logIn(t);
    const followed = await following(t, log, { begins: '^\\S', match: 'Error' });
    for (const line of ['fine\n', 'Error: one\n', '  at a\n', '  at b\n']) {
      log.write(line);
      await followed.look();
      followed.time += 500;
    }
    await followed.settle();
    assert.deepEqual(followed.texts(), ['Error: one\n  at a\n  at b']);
  });

  it('moves its cursor on for lines that nobody wants, now and then', async (t) => {
    const log = logIn(t);
    const followed = await following(t, log, { match: 'wanted' });
    const before = followed.cursor;
    log.write('of no interest\n');
    await followed.settle();
    assert.notEqual(followed.cursor, before);
    assert.deepEqual(followed.texts(), []);
    await followed.restart();
    log.write('wanted\n');
    await followed.settle();
    assert.deepEqual(followed.texts(), ['wanted']);
  });

  it('tells a file that was cut and grew longer than before from one that was written on', async (t) => {
    const log = logIn(t);
    const followed = await following(t, log);
    log.write('one\n');
    await followed.settle();
    log.truncate();
    log.write('two is longer than what was there\n');
    await followed.settle();
    log.truncate();
    await followed.restart();
    log.write('three is longer than that, and nobody looked while it was written\n');
    await followed.settle();
    assert.equal(followed.lines().length, 3);
  });

  it('reads what a file still gets after it was renamed, before the new one', async (t) => {
    const log = logIn(t);
    const followed = await following(t, log);
    log.write('one\n');
    log.rename();
    appendFileSync(`${log.path}.1`, 'two\n');
    log.write('four\n');
    await followed.look();
    appendFileSync(`${log.path}.1`, 'three\n');
    await followed.settle();
    assert.deepEqual(followed.lines(), ['one', 'two', 'three', 'four']);
  });

  it('follows a link to the newest file, and takes another target for a rotation', async (t) => {
    const log = logIn(t);
    const dated = (day: number) => join(log.folder, `app.2026-11-${day}.log`);
    writeFileSync(dated(24), 'old\n');
    symlinkSync(dated(24), log.path);
    const followed = await following(t, log);
    appendFileSync(dated(24), 'one\n');
    await followed.look();
    for (const day of [25, 26]) {
      writeFileSync(dated(day), `of day ${day}\n`);
      unlinkSync(log.path);
      symlinkSync(dated(day), log.path);
    }
    await followed.restart();
    await followed.settle();
    assert.deepEqual(followed.lines(), ['one', 'of day 25', 'of day 26']);
  });

  it('lets go of a file that was deleted, and reads the next from its beginning', async (t) => {
    const log = logIn(t);
    const followed = await following(t, log);
    log.write('one\n');
    await followed.look();
    unlinkSync(log.path);
    await followed.settle();
    assert.equal(followed.follower.facts().state, 'absent');
    assert.deepEqual(JSON.parse(followed.cursor ?? '').file, null);
    log.write('two\n');
    await followed.settle();
    assert.deepEqual(followed.lines(), ['one', 'two']);
  });

  it('says that the file it had read is gone where a restart does not find it again', async (t) => {
    const log = logIn(t);
    const followed = await following(t, log);
    log.write('one\n');
    await followed.settle();
    unlinkSync(log.path);
    writeFileSync(join(log.folder, 'other'), 'takes the inode');
    log.write('two\n');
    await followed.restart();
    await followed.settle();
    assert.deepEqual(followed.lines(), ['one', 'two']);
    assert.match(followed.follower.facts().detail, /is gone/);
  });

  it('does not take a copy that somebody made by hand for a rotated file', async (t) => {
    const log = logIn(t);
    log.write('old\n');
    const followed = await following(t, log);
    log.write('one\n');
    await followed.settle();
    writeFileSync(`${log.path}.2026-01-01`, 'old\none\n');
    log.rename();
    log.write('two\n');
    await followed.settle();
    assert.deepEqual(followed.lines(), ['one', 'two']);
  });

  it('waits at no pipe and at no folder, and says what is in the way', { timeout: 20_000 }, async (t) => {
    const log = logIn(t);
    execFileSync('mkfifo', [log.path]);
    const followed = await following(t, log);
    assert.equal(followed.follower.facts().state, 'blocked');
    assert.match(followed.follower.facts().detail, /not an ordinary file/);
    rmSync(log.path);
    mkdirSync(log.path);
    await followed.look();
    assert.equal(followed.follower.facts().state, 'blocked');
    rmSync(log.path, { recursive: true });
    await followed.look();
    log.write('one\n');
    await followed.settle();
    assert.deepEqual(followed.lines(), ['one']);
  });

  it('reads a long backlog in pieces, none of them twice', async (t) => {
    const log = logIn(t);
    const followed = await following(t, log, { most: 10 });
    const line = `${'x'.repeat(99)}\n`;
    log.write(line.repeat(50_000));
    let looks = 0;
    while (await followed.look()) looks += 1;
    assert.ok(looks >= 38, `${looks} looks`);
    await followed.settle();
    assert.equal(followed.happenings.length, 1);
    assert.equal(followed.happenings[0]?.data.lines, 50_000);
    assert.ok((followed.texts()[0]?.length ?? 0) < 5000);
  });

  it('finds the rest of a renamed file after a restart, though two more came since', async (t) => {
    const log = logIn(t);
    const followed = await following(t, log);
    log.write('one\n');
    await followed.settle();
    log.write('two\n');
    log.rename();
    log.write('three\n');
    log.rename();
    log.write('four\n');
    await followed.restart();
    await followed.settle();
    assert.deepEqual(followed.lines(), ['one', 'two', 'three', 'four']);
    renameSync(log.path, `${log.path}.away`);
  });
});
