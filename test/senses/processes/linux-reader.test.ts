import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { systemClock } from '../../../src/base/clock.ts';
import type { ProcessFacts } from '../../../src/contract/process.ts';
import { createLinuxReader } from '../../../src/senses/processes/linux-reader.ts';
import type { ProcessReader } from '../../../src/senses/processes/reader.ts';
import { childrenOf, totalOf, withChildren } from '../../../src/senses/processes/tree.ts';
import { fakeProc, run } from './proc.ts';

const skip = process.platform === 'linux' ? false : 'reads /proc of Linux';
const NODE_SCRIPT = 'const held = Buffer.alloc(60e6, 1); console.log("ready"); setInterval(() => held, 1e6)';
const BUSY_SCRIPT = 'console.log("ready"); for (;;);';

function find(all: readonly ProcessFacts[], pid: number): ProcessFacts {
  const found = all.find((each) => each.pid === pid);
  assert.ok(found, `process ${pid} is in the snapshot`);
  return found;
}

const ps = (pid: number, columns: string) =>
  execFileSync('ps', ['-o', columns, '-p', String(pid)], { encoding: 'utf8' }).trim();

/** Nanoseconds on a processor, by the scheduler's own account. */
const scheduledMs = (pid: number) =>
  Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;

describe('a snapshot of this machine', { skip }, () => {
  const reader = createLinuxReader({ clock: systemClock });

  it('agrees with ps: parent, threads, state, command and start; memory within 10 % and 2 MB', async (t) => {
    const child = run(t, process.execPath, '-e', NODE_SCRIPT);
    await child.line();
    // It may have something to do yet; soon it only waits.
    while (ps(child.pid, 'state=') !== 'S') await systemClock.sleep(20);
    const facts = find(await reader.snapshot(), child.pid);
    const [parent, threads, rss] = ps(child.pid, 'ppid=,nlwp=,rss=').split(/\s+/);
    assert.equal(facts.parent, Number(parent));
    assert.ok(
      Math.abs((facts.threads ?? 0) - Number(threads)) <= 2,
      `${facts.threads} and ${threads} threads`,
    );
    const memory = (Number(rss) * 1024) / 1e6;
    assert.ok(Math.abs(facts.memoryMb - memory) <= 2 + memory * 0.1, `${facts.memoryMb} and ${memory} MB`);
    assert.ok(facts.memoryMb > 60);
    assert.equal(facts.status, 'sleeping');
    assert.equal(facts.name, 'node');
    assert.equal(facts.command, ps(child.pid, 'args='));
    const started = new Date(ps(child.pid, 'lstart=')).getTime();
    assert.ok(Math.abs(facts.started - started) <= 2000, `${facts.started} and ${started}`);
  });

  it('lists what ps lists', async () => {
    const snapshot = new Set((await reader.snapshot()).map(({ pid }) => pid));
    const listed = execFileSync('ps', ['-e', '-o', 'pid='], { encoding: 'utf8' }).trim().split(/\s+/);
    const again = new Set((await reader.snapshot()).map(({ pid }) => pid));
    // What came or went meanwhile, ps itself included, is in one of the two only.
    const missing = [...snapshot].filter((pid) => again.has(pid) && !listed.includes(String(pid)));
    assert.deepEqual(missing, []);
    const lasting = listed.filter((pid) => !again.has(Number(pid)) && snapshot.has(Number(pid)));
    assert.ok(lasting.length <= 5, `${lasting}`);
  });

  it('tells the share of a core that the scheduler gave, within 10 points', async (t) => {
    const child = run(t, process.execPath, '-e', BUSY_SCRIPT);
    await child.line();
    await reader.snapshot();
    const before = { scheduled: scheduledMs(child.pid), at: performance.now() };
    while (scheduledMs(child.pid) - before.scheduled < 400) await new Promise(setImmediate);
    const { cpu } = find(await reader.snapshot(), child.pid);
    const share =
      (100 * (scheduledMs(child.pid) - before.scheduled)) / Math.max(1, performance.now() - before.at);
    assert.ok(Math.abs(cpu - share) <= 10, `${cpu} and ${share} %`);
  });

  it('finds children, theirs, and what they use together', async (t) => {
    const script = 'sleep 60 & (sleep 60 & echo ready; wait) & wait';
    const child = run(t, 'sh', '-c', script);
    await child.line();
    const names = ['dash', 'sleep', 'sleep'].map(shellName).sort();
    const namesOf = (all: readonly ProcessFacts[]) =>
      childrenOf(child.pid, all)
        .map(({ name }) => name)
        .sort();
    let all = await reader.snapshot();
    // Each child is the shell itself for a moment.
    for (const until = performance.now() + 10_000; performance.now() < until; all = await reader.snapshot())
      if (namesOf(all).join() === names.join()) break;
    assert.deepEqual(namesOf(all), names);
    const tree = withChildren([find(all, child.pid)], all);
    const total = totalOf(tree, 1);
    assert.equal(total.children, 3);
    assert.equal(total.threads, 4);
    const sum = tree.reduce((memory, each) => memory + each.memoryMb, 0);
    assert.equal(total.memoryMb, sum);
  });

  it('tells the open internet sockets of a process, and null where it may not', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    t.after(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const port = address.port;
    const script =
      `const s = require("node:net").connect(${port}, "127.0.0.1", () => console.log(s.localPort));` +
      'require("node:dgram").createSocket("udp6").bind(0, "::1");';
    const child = run(t, process.execPath, '-e', script);
    const local = await child.line();
    const connections = await reader.connectionsOf([child.pid, process.pid, 999_999_999]);
    const theirs = connections.get(child.pid) ?? [];
    assert.deepEqual(
      theirs.filter(({ protocol }) => protocol === 'tcp'),
      [{ protocol: 'tcp', local: `127.0.0.1:${local}`, remote: `127.0.0.1:${port}`, state: 'established' }],
    );
    assert.match(theirs.find(({ protocol }) => protocol === 'udp6')?.local ?? '', /^\[::1\]:\d+$/);
    const ours = connections.get(process.pid) ?? [];
    assert.ok(ours.some((each) => each.local === `127.0.0.1:${port}` && each.state === 'listen'));
    assert.equal(connections.get(999_999_999), null);
  });
});

/** `sh` is another program on another system. */
function shellName(name: string): string {
  if (name !== 'dash') return name;
  return execFileSync('readlink', ['-f', '/bin/sh'], { encoding: 'utf8' }).trim().split('/').at(-1) ?? '';
}

describe('looking for what came and went', { skip }, () => {
  async function lookUntil(
    reader: ProcessReader,
    watched: readonly ProcessFacts[],
    wanted: (look: Awaited<ReturnType<ProcessReader['look']>>) => boolean,
  ): Promise<boolean> {
    for (const until = performance.now() + 10_000; performance.now() < until; ) {
      if (wanted(await reader.look(watched))) return true;
      await systemClock.sleep(10);
    }
    return false;
  }

  it('sees a process come, and how it ended', async (t) => {
    const reader = createLinuxReader({ clock: systemClock });
    await reader.snapshot();
    const child = run(t, 'sleep', '60');
    let facts: ProcessFacts | undefined;
    const came = await lookUntil(reader, [], (look) => {
      facts = look.came.find(({ pid }) => pid === child.pid);
      return facts !== undefined;
    });
    assert.ok(came && facts);
    assert.equal(facts.command, 'sleep 60');
    assert.equal(facts.parent, process.pid);
    const { identity } = facts;
    child.kill();
    assert.ok(
      await lookUntil(reader, [facts], ({ ended }) => ended.some((each) => each.identity === identity)),
    );
  });

  it('sees every process that lives for 200 ms, however many', async (t) => {
    const reader = createLinuxReader({ clock: systemClock });
    await reader.snapshot();
    const seen = new Set<number>();
    const looks: number[] = [];
    const stop = new AbortController();
    const looking = (async () => {
      while (!stop.signal.aborted) {
        looks.push(performance.now());
        for (const { pid, command } of (await reader.look([])).came)
          if (command === 'sleep 0.2') seen.add(pid);
        await systemClock.sleep(reader.lookEveryMs);
      }
    })();
    for (let index = 0; index < 15; index += 1) {
      const child = run(t, 'sleep', '0.2');
      const from = performance.now();
      await child.ended;
      const to = performance.now();
      // A machine that is busy looks late; whom a look met is known all the same.
      if (looks.some((at) => at > from + 5 && at < to - 20))
        assert.ok(seen.has(child.pid), `${child.pid} was seen`);
    }
    stop.abort();
    await looking;
    assert.ok(seen.size > 0);
  });

  it('counts what came and went between two looks', async (t) => {
    const reader = createLinuxReader({ clock: systemClock });
    await reader.snapshot();
    await reader.look([]);
    for (let index = 0; index < 3; index += 1) await run(t, 'true').ended;
    let unseen = 0;
    for (let index = 0; index < 2; index += 1) unseen += (await reader.look([])).unseen;
    assert.ok(unseen >= 3, `${unseen} unseen`);
  });

  it('reads the exit code of a process whose parent has not asked for it', async (t) => {
    const reader = createLinuxReader({ clock: systemClock });
    // It ends once its parent runs a program that asks nobody how they ended.
    const wait = 'until grep -q sleep /proc/$$/comm; do :; done';
    const child = run(t, 'sh', '-c', `(${wait}; exit 3) & echo $!; exec sleep 60`);
    const pid = Number(await child.line());
    const zombie = find(await reader.snapshot(), pid);
    let exitCode: number | null = null;
    assert.ok(
      await lookUntil(reader, [zombie], ({ ended }) => {
        exitCode = ended[0]?.exitCode ?? null;
        return ended.length > 0;
      }),
    );
    assert.equal(exitCode, 3 << 8);
  });
});

describe('processes of a folder like /proc', () => {
  const BOOTED = 1_700_000_000_000;

  function made(t: TestContext) {
    const time = { ms: 100_000 };
    const clock = { ...systemClock, now: () => BOOTED + time.ms, monotonic: () => time.ms };
    const proc = fakeProc(t, BOOTED, clock.now());
    return { proc, time, open: () => createLinuxReader({ clock, folder: proc.folder }) };
  }

  it('are measured between two snapshots, and over their life at first', async (t) => {
    const { proc, time, open } = made(t);
    proc.put(20, { ticks: 900, start: 1000, pages: 1000 });
    const reader = open();
    const [first] = await reader.snapshot();
    assert.equal(first?.cpu, 10, '9 s of processor time in 90 s');
    assert.equal(first?.started, BOOTED + 10_000);
    assert.equal(first?.memoryMb, 4.096);
    time.ms += 2000;
    proc.put(20, { ticks: 1000 });
    const [second] = await reader.snapshot();
    assert.equal(second?.cpu, 50);
    assert.equal(second?.identity, '20.1000@0123abcd');
  });

  it('are other ones when their number is used again', async (t) => {
    const { proc, open } = made(t);
    proc.put(20, { start: 1000, ticks: 500, argv: ['server', '--first'] });
    const reader = open();
    const watched = await reader.snapshot();
    proc.put(20, { start: 9000, ticks: 0, argv: ['server', '--second'] });
    proc.handOut(20 + 32_768);
    const look = await reader.look(watched);
    assert.deepEqual(
      look.ended.map(({ identity }) => identity),
      ['20.1000@0123abcd'],
    );
    const [now] = await reader.snapshot();
    assert.equal(now?.identity, '20.9000@0123abcd');
    assert.equal(now?.command, 'server --second');
    assert.equal(now?.cpu, 0);
  });

  it('are told as new when their number is handed out again to another', async (t) => {
    const { proc, open } = made(t);
    proc.put(20, { start: 1000 });
    proc.handOut(19);
    const reader = open();
    await reader.snapshot();
    proc.put(20, { start: 9000, argv: ['other'], exe: '/bin/other' });
    proc.handOut(20);
    assert.deepEqual(
      (await reader.look([])).came.map(({ command }) => command),
      ['other'],
    );
  });

  it('are told with the program that they become, not as copies of their parent', async (t) => {
    const { proc, open } = made(t);
    proc.put(20, { argv: ['ollama', 'serve'], exe: '/bin/ollama' });
    const reader = open();
    await reader.snapshot();
    proc.put(21, { parent: 20, argv: ['ollama', 'serve'], exe: '/bin/ollama', start: 9000 });
    assert.deepEqual((await reader.look([])).came, []);
    proc.put(21, { argv: ['rocm-smi'], exe: '/bin/rocm-smi', comm: 'rocm-smi' });
    assert.deepEqual(
      (await reader.look([])).came.map(({ name }) => name),
      ['rocm-smi'],
    );
    assert.deepEqual((await reader.look([])).came, []);
  });

  it('are told as workers when they stay copies of their parent', async (t) => {
    const { proc, open } = made(t);
    proc.put(20, { argv: ['nginx'], exe: '/bin/nginx' });
    const reader = open();
    await reader.snapshot();
    proc.put(21, { parent: 20, argv: ['nginx'], exe: '/bin/nginx', start: 9000 });
    const came = [...(await reader.look([])).came, ...(await reader.look([])).came];
    assert.deepEqual(
      came.map(({ pid }) => pid),
      [21],
    );
  });

  it('are not their threads, which are numbered like them', async (t) => {
    const { proc, open } = made(t);
    proc.put(20, {});
    const reader = open();
    await reader.snapshot();
    proc.put(21, { leader: 20, start: 9000 });
    assert.deepEqual(await reader.look([]), { came: [], ended: [], unseen: 0 });
  });

  it('are found whose number shows before they do', async (t) => {
    const { proc, open } = made(t);
    proc.put(20, {});
    const reader = open();
    await reader.snapshot();
    proc.handOut(21);
    assert.deepEqual(await reader.look([]), { came: [], ended: [], unseen: 0 });
    proc.put(21, { argv: ['late'], start: 9000 });
    assert.deepEqual(
      (await reader.look([])).came.map(({ command }) => command),
      ['late'],
    );
    proc.handOut(22);
    await reader.look([]);
    assert.equal((await reader.look([])).unseen, 1);
  });

  it('are found after a flood of new ones, and after the numbers begin again', async (t) => {
    const { proc, open } = made(t);
    proc.put(500, {});
    const reader = open();
    await reader.snapshot();
    proc.put(900, { argv: ['after-the-flood'], start: 9000 });
    const flood = await reader.look([]);
    assert.deepEqual(
      flood.came.map(({ pid }) => pid),
      [900],
    );
    assert.equal(flood.unseen, 399);
    proc.put(300, { argv: ['from-the-start'], start: 9100 });
    proc.handOut(300);
    assert.deepEqual(
      (await reader.look([])).came.map(({ pid }) => pid),
      [300],
    );
  });

  it('show the program that they run now, after an exec under the same name', async (t) => {
    const { proc, open } = made(t);
    proc.put(20, { stack: 111, argv: ['python3', 'old.py'], exe: '/usr/bin/python3', comm: 'python3' });
    const reader = open();
    await reader.snapshot();
    proc.put(20, { stack: 222, argv: ['python3', 'new.py'] });
    const [now] = await reader.snapshot();
    assert.equal(now?.command, 'python3 new.py');
  });
});
