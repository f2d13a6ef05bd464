import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rename, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { CodedError } from '../../src/base/errors.ts';
import { createLog, LEVELS, type Level, type LogOptions, type LogOut } from '../../src/base/log.ts';
import { LOG_LEVELS } from '../../src/contract/config.ts';

let folder: string;
let count = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'log-'));
});
after(() => rm(folder, { recursive: true, force: true }));

type Line = Record<string, unknown>;

async function linesOf(path: string): Promise<Line[]> {
  const text = await readFile(path, 'utf8');
  assert.ok(text === '' || text.endsWith('\n'), 'the last line is whole');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** A log with a file of its own. */
function fileLog(options: Partial<LogOptions> = {}) {
  count += 1;
  const path = join(folder, `${count}`, 'daemon.log');
  const log = createLog({ level: 'DEBUG', file: { path }, pretty: false, secrets: () => [], ...options });
  return { path, log };
}

/** An output that keeps what it was given. */
function memoryOut(colours = false) {
  const written: string[] = [];
  const listeners: ((error: Error) => void)[] = [];
  const out: LogOut = {
    write: (text) => written.push(text),
    on: (_event, listener) => listeners.push(listener),
    off: (_event, listener) => listeners.splice(listeners.indexOf(listener), 1),
    hasColors: () => colours,
  };
  return { out, written, listeners };
}

describe('the log', () => {
  it('writes one JSON object a line: ISO time, level name, event, fields', async () => {
    const at = Date.UTC(2026, 10, 22, 15, 0, 0, 123);
    const clock = { now: () => at, monotonic: () => 0, sleep: async () => {} };
    const { path, log } = fileLog({ clock });
    log.info('rule loaded', { rule: 'file-the-inbox', files: 3 });
    assert.deepEqual(await linesOf(path), [
      {
        level: 'INFO',
        time: '2026-11-22T15:00:00.123Z',
        rule: 'file-the-inbox',
        files: 3,
        event: 'rule loaded',
      },
    ]);
  });

  it('has the level names of the configuration, one method each', async () => {
    assert.deepEqual(LEVELS, LOG_LEVELS);
    const { path, log } = fileLog();
    log.debug('a');
    log.info('a');
    log.warning('a');
    log.error('a');
    log.critical('a');
    assert.deepEqual(
      (await linesOf(path)).map((line) => line['level']),
      [...LEVELS],
    );
  });

  it('changes its level live, for children that exist already too', async () => {
    const { path, log } = fileLog({ level: 'WARNING' });
    const child = log.child({ part: 'senses' });
    const speak = (level: Level) => {
      log.setLevel(level);
      log.info(`${level} root`);
      child.info(`${level} child`);
    };
    speak('WARNING');
    speak('DEBUG');
    speak('CRITICAL');
    assert.deepEqual(
      (await linesOf(path)).map((line) => line['event']),
      ['DEBUG root', 'DEBUG child'],
    );
  });

  it('binds context to every line of a child and of its children', async () => {
    const { path, log } = fileLog();
    log.child({ thought: 'a1' }).child({ attempt: 2 }).info('sent');
    const [line] = await linesOf(path);
    assert.equal(line?.['thought'], 'a1');
    assert.equal(line?.['attempt'], 2);
  });

  it('tells an error with its stack, its causes and the errors grouped in it, and nothing else hung onto it', async () => {
    const { path, log } = fileLog();
    const cause = new CodedError('disk-full', 'no room');
    const error = Object.assign(new AggregateError([cause], 'two things', { cause }), {
      requestBody: 'the prompt',
    });
    log.error('failed', { error });
    const [line] = await linesOf(path);
    const told = line?.['error'];
    assert.ok(
      typeof told === 'object' && told !== null && 'stack' in told && 'cause' in told && 'errors' in told,
    );
    assert.match(String(told.stack), /log\.test\.ts/);
    assert.match(JSON.stringify(told.cause), /"code":"disk-full"/);
    assert.match(JSON.stringify(told.errors), /"message":"no room"/);
    assert.doesNotMatch(JSON.stringify(line), /the prompt/);
  });

  it('survives fields that cannot be written: cycles, big integers, getters that throw', async () => {
    const { path, log } = fileLog();
    const cycle: Line = {};
    cycle['self'] = cycle;
    const hostile = {
      get trap() {
        throw new Error('no');
      },
    };
    log.info('odd', { cycle, big: 2n ** 70n, hostile });
    log.info('odder', hostile);
    const [odd, odder] = await linesOf(path);
    assert.equal(odd?.['event'], 'odd');
    assert.equal(odder?.['trap'], '[unreadable]');
  });

  it('lets no field forge a line, a level, a time or an event', async () => {
    const { path, log } = fileLog();
    const forged = 'x"}\n{"level":"CRITICAL","event":"forged"}\r\n\u001b[2J\u009b2J\u202e';
    log
      .child({ event: 'bound' })
      .info('real\nforged', { level: 'CRITICAL', time: 'never', event: 'other', forged, [forged]: 1 });
    const text = await readFile(path, 'utf8');
    assert.doesNotMatch(text.slice(0, -1), /[\p{Cc}\u202e]/u);
    const [line, ...more] = await linesOf(path);
    assert.deepEqual(more, []);
    assert.equal(line?.['level'], 'INFO');
    assert.notEqual(line?.['time'], 'never');
    assert.equal(line?.['event'], 'real\nforged');
    assert.equal(line?.['forged'], forged);
    assert.equal(line?.['level_'], 'CRITICAL');
  });

  it('hides known secret values wherever they are, and asks for them anew each time', async () => {
    const secrets: string[] = [];
    const { path, log } = fileLog({ secrets: () => secrets });
    secrets.push('hunter2-canary', 'quo"ted\\canary');
    const error = new Error('refused for hunter2-canary', { cause: new Error('hunter2-canary again') });
    log.error('call failed with hunter2-canary', {
      error,
      deep: { er: [{ still: 'hunter2-canary' }] },
      'hunter2-canary': 1,
      quoted: 'quo"ted\\canary',
    });
    log.child({ key: 'hunter2-canary' }).info('bound');
    const text = await readFile(path, 'utf8');
    assert.doesNotMatch(text, /canary/);
    const [line] = await linesOf(path);
    assert.equal(line?.['event'], 'call failed with [secret]');
  });

  it('stays one JSON object a line though a secret was a number in it', async () => {
    const { path, log } = fileLog({ secrets: () => ['31415926'] });
    log.info('counted', { count: 31_415_926 });
    const [line] = await linesOf(path);
    assert.equal(line?.['event'], 'scrubbed line');
    assert.doesNotMatch(JSON.stringify(line), /31415926/);
  });

  it('keeps its file for the owner alone, also where the file was there before', async () => {
    const { path, log } = fileLog();
    log.info('a');
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.equal((await stat(join(path, '..'))).mode & 0o777, 0o700);
    const open = join(folder, 'open.log');
    await writeFile(open, '', { mode: 0o644 });
    createLog({ level: 'INFO', file: { path: open }, pretty: false, secrets: () => [] }).close();
    assert.equal((await stat(open)).mode & 0o777, 0o600);
  });

  it('begins a new file at its limit and keeps as many older ones as told, every line whole', async () => {
    count += 1;
    const path = join(folder, `${count}`, 'daemon.log');
    const log = createLog({
      level: 'INFO',
      file: { path, maxBytes: 1000, keep: 3 },
      pretty: false,
      secrets: () => [],
    });
    for (let number = 0; number < 100; number += 1) log.info('line', { number });
    const names = (await readdir(join(path, '..'))).sort();
    assert.deepEqual(names, ['daemon.log', 'daemon.log.1', 'daemon.log.2', 'daemon.log.3']);
    const numbers: unknown[] = [];
    for (const name of [...names.slice(1).reverse(), 'daemon.log']) {
      const file = join(path, '..', name);
      assert.ok((await stat(file)).size <= 1000);
      assert.equal((await stat(file)).mode & 0o777, 0o600);
      numbers.push(...(await linesOf(file)).map((line) => line['number']));
    }
    assert.ok(numbers.length > 30, 'the newest lines are kept');
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, at) => 100 - numbers.length + at),
    );
  });

  it('goes on in the moved file until told to reopen, then in a new one', async () => {
    const { path, log } = fileLog();
    log.info('one');
    await rename(path, `${path}-2026`);
    log.info('two');
    log.reopen();
    log.info('three');
    const events = async (file: string) => (await linesOf(file)).map((line) => line['event']);
    assert.deepEqual(await events(`${path}-2026`), ['one', 'two']);
    assert.deepEqual(await events(path), ['three']);
  });

  it('says so in the file it has when reopening fails', async () => {
    const { path, log } = fileLog();
    await rename(path, `${path}-2026`);
    await symlink('loop', join(path, '..', 'loop'));
    await symlink('loop', path);
    log.reopen();
    const [line] = await linesOf(`${path}-2026`);
    assert.equal(line?.['event'], 'log not reopened');
    assert.equal(line?.['code'], 'ELOOP');
  });

  it('drops and counts lines while the disk is full, and says so once there is room', {
    skip: process.platform !== 'linux' && 'needs /dev/full',
  }, async () => {
    count += 1;
    const path = join(folder, `full-${count}.log`);
    await symlink('/dev/full', path);
    const log = createLog({ level: 'INFO', file: { path }, pretty: false, secrets: () => [] });
    for (let number = 0; number < 3; number += 1) log.info('lost');
    await unlink(path);
    log.reopen();
    log.info('room again');
    log.info('and on');
    const [notice, ...rest] = await linesOf(path);
    assert.equal(notice?.['event'], 'log lines dropped');
    assert.equal(notice?.['count'], 3);
    assert.equal(notice?.['code'], 'ENOSPC');
    assert.deepEqual(
      rest.map((line) => line['event']),
      ['room again', 'and on'],
    );
  });

  it('refuses to start where its file may not be opened, and says which', () => {
    const path = join(folder, 'a-file');
    const log = createLog({ level: 'INFO', file: { path }, pretty: false, secrets: () => [] });
    log.close();
    assert.throws(
      () =>
        createLog({ level: 'INFO', file: { path: join(path, 'x.log') }, pretty: false, secrets: () => [] }),
      (error) =>
        error instanceof CodedError && error.code === 'log-file' && error.value === join(path, 'x.log'),
    );
  });

  it('closes twice, and writes nothing after', async () => {
    const { path, log } = fileLog();
    log.info('before');
    log.flush();
    log.close();
    log.close();
    log.info('after');
    log.reopen();
    log.flush();
    log.info('after');
    assert.deepEqual(
      (await linesOf(path)).map((line) => line['event']),
      ['before'],
    );
  });
});

describe('the log on a terminal', () => {
  it('shows local time, level, event and fields, coloured only where the terminal has colours', () => {
    for (const colours of [false, true]) {
      const { out, written } = memoryOut(colours);
      createLog({ level: 'INFO', pretty: true, secrets: () => [], out }).info('rule loaded', {
        rule: 'inbox',
        why: 'a b',
      });
      const [line = ''] = written;
      assert.equal(/\u001b/.test(line), colours);
      assert.match(
        line.replaceAll(/\u001b\[[\d;]+m/g, ''),
        /^\d\d:\d\d:\d\d INFO {5}rule loaded rule=inbox why="a b"\n$/,
      );
    }
  });

  it('indents stacks, and escapes whatever a field could do to the terminal', () => {
    const { out, written } = memoryOut();
    const log = createLog({ level: 'INFO', pretty: true, secrets: () => [], out });
    const hostile = 'x\n00:00:00 CRITICAL forged\u001b[2J\u009b2J\u202e';
    log.error(hostile, { error: new Error(hostile), field: hostile, [hostile]: 1 });
    const text = written.join('');
    assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\u202e]/u);
    const [, ...indented] = text.split('\n').slice(0, -1);
    assert.ok(indented.length > 1, 'there is a stack');
    for (const line of indented) assert.match(line, /^ {4}/);
  });

  it('writes to the terminal and to the file, scrubbed in both', async () => {
    const { out, written } = memoryOut();
    const { path, log } = fileLog({ pretty: true, out, secrets: () => ['canary-value'] });
    log.info('both', { key: 'canary-value' });
    assert.equal((await linesOf(path))[0]?.['key'], '[secret]');
    assert.match(written.join(''), /key=\[secret\]/);
  });

  it('writes JSON lines there when there is neither a file nor a person', () => {
    const { out, written } = memoryOut();
    createLog({ level: 'INFO', pretty: false, secrets: () => [], out }).info('alone');
    assert.equal(JSON.parse(written.join(''))['event'], 'alone');
  });

  it('outlives the terminal, and lets go of it when closed', () => {
    const { out, listeners } = memoryOut();
    const log = createLog({ level: 'INFO', pretty: true, secrets: () => [], out });
    assert.equal(listeners.length, 1, 'an error of the stream has a listener, so it is not thrown');
    listeners[0]?.(new Error('write EIO'));
    out.write = () => {
      throw new Error('write EPIPE');
    };
    log.info('nobody listens');
    log.close();
    log.close();
    assert.equal(listeners.length, 0);
  });
});
