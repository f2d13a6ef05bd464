import assert from 'node:assert/strict';
import { copyFile, mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { createLog, type Log } from '../../src/base/log.ts';
import { begin, ended, here, printed } from './command-line.ts';
import { temporaryFolder } from './running.ts';

/** A home whose log is written by the daemon's own log, rotated at so many bytes. */
async function logged(t: TestContext, maxBytes = 10_000_000) {
  const home = await temporaryFolder(t);
  const path = join(home, 'logs', 'consciousness.log');
  let now = Date.parse('2026-11-22T12:00:00Z');
  const log: Log = createLog({
    level: 'DEBUG',
    file: { path, maxBytes },
    pretty: false,
    secrets: () => [],
    clock: { now: () => now, monotonic: () => now, sleep: async () => {} },
  });
  t.after(() => log.close());
  const hour = () => {
    now += 3_600_000;
  };
  return { home, path, log, hour };
}

async function events(...args: string[]): Promise<string[]> {
  const { code, out } = await here(['logs', '--json', ...args]);
  assert.equal(code, 0);
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).event);
}

describe('logs', { concurrency: 4 }, () => {
  it('says where there are no log files yet, and how to start a daemon, exit 1', async (t) => {
    const home = await temporaryFolder(t);
    const { code, out, err } = await here(['logs', '--home', home]);
    assert.deepEqual([code, out], [1, '']);
    assert.ok(err.includes(`${home}/logs/consciousness.log`));
    assert.ok(err.includes(`consciousness start --home ${home}`));
  });

  it('shows the last lines as a terminal does, without a daemon', async (t) => {
    const { home, log } = await logged(t);
    log.info('first');
    log.error('went wrong', { error: new Error('no room'), path: '/inbox/a b' });
    const { code, out } = await here(['logs', '-n', '1', '--home', home]);
    assert.equal(code, 0);
    assert.doesNotMatch(out, /first/);
    assert.match(
      out,
      /^\d\d:\d\d:\d\d ERROR {4}went wrong error="no room" path="\/inbox\/a b"\n {4}Error: no room\n/m,
    );
    const coloured = await here(['logs', '-n', '1', '--home', home], { tty: true });
    assert.match(coloured.out, /\u001b\[31mERROR/);
    const plain = await here(['logs', '-n', '1', '--home', home], { tty: true, env: { NO_COLOR: '1' } });
    assert.doesNotMatch(plain.out, /\u001b/);
  });

  it('says where another day begins', async (t) => {
    const { home, log } = await logged(t);
    log.info('first');
    const { out } = await here(['logs', '--home', home]);
    assert.match(out, /^--- \w{3} Nov 2\d 2026 ---\n/);
  });

  it('reads older files too, and picks by level and time', async (t) => {
    const { home, log, hour } = await logged(t, 400);
    for (let n = 0; n < 8; n += 1) {
      log[n % 2 === 0 ? 'info' : 'warning'](`event ${n}`);
      hour();
    }
    assert.deepEqual(await events('--home', home, '-n', '5'), [
      'event 3',
      'event 4',
      'event 5',
      'event 6',
      'event 7',
    ]);
    assert.deepEqual(await events('--home', home, '--level', 'warning', '-n', '3'), [
      'event 3',
      'event 5',
      'event 7',
    ]);
    assert.deepEqual(await events('--home', home, '--since', '2026-11-22T17:30:00Z'), ['event 6', 'event 7']);
    assert.deepEqual(await events('--home', home, '--level', 'critical'), []);
  });

  it('shows a torn line as it is, harmless, and leaves it out of JSON', async (t) => {
    const home = await temporaryFolder(t);
    await mkdir(join(home, 'logs'));
    await writeFile(
      join(home, 'logs', 'consciousness.log'),
      '{"level":"IN\u001b]0;x\u0007\n{"level":"INFO","event":"whole"}\n',
    );
    const { out } = await here(['logs', '--home', home]);
    assert.match(out, /^\{"level":"IN\\x1b\]0;x\\x07$/m);
    assert.deepEqual(await events('--home', home), ['whole']);
  });

  for (const [args, code] of [
    [['--level', 'loud'], 'log-level-unknown'],
    [['-n', '-3'], 'lines-invalid'],
    [['--since', 'yesterday'], 'since-invalid'],
  ] as const) {
    it(`refuses ${args.join(' ')} with what is allowed, exit 2`, async (t) => {
      const { home } = await logged(t);
      const ran = await here(['logs', ...args, '--home', home]);
      assert.equal(ran.code, 2);
      assert.match(ran.err, new RegExp(`${code}[\\s\\S]*allowed: `));
    });
  }

  it('follows through rotation, line for line, and ends with Ctrl-C', async (t) => {
    const { home, log } = await logged(t, 2000);
    log.info('before');
    const child = begin(['logs', '-f', '--json', '--home', home], { input: '' });
    const end = ended(child);
    await printed(child.stdout, '"before"');
    const last = printed(child.stdout, '"event 49"');
    for (let n = 0; n < 50; n += 1) log.info(`event ${n}`);
    await last;
    child.kill('SIGINT');
    const { code, out } = await end;
    assert.equal(code, 130);
    const seen = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).event);
    assert.deepEqual(seen, ['before', ...Array.from({ length: 50 }, (_, n) => `event ${n}`)]);
  });

  it('waits for the first file, and goes on where somebody else cuts it', async (t) => {
    const { path, log } = await logged(t);
    const other = await temporaryFolder(t);
    const child = begin(['logs', '-f', '--home', other], { input: '' });
    const end = ended(child);
    await printed(child.stderr, 'waiting for a daemon');
    const first = printed(child.stdout, 'a longer first line');
    log.info('a longer first line', { of: 'the log' });
    await mkdir(join(other, 'logs'));
    const copy = join(other, 'logs', 'consciousness.log');
    await copyFile(path, copy);
    await first;
    const second = printed(child.stdout, 'after the cut');
    await truncate(copy);
    await writeFile(copy, '{"level":"INFO","event":"after the cut"}\n');
    await second;
    child.kill('SIGTERM');
    assert.equal((await end).code, 143);
  });
});
