import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

/** A folder like /proc whose processes a test makes up. */
export interface FakeProc {
  folder: string;
  /** Puts a process there, or changes it; its number becomes the last one that was handed out. */
  put(pid: number, facts: Partial<FakeProcess>): void;
  remove(pid: number): void;
  /** Sets the last number that was handed out. */
  handOut(last: number): void;
}

interface FakeProcess {
  comm: string;
  state: string;
  parent: number;
  ticks: number;
  threads: number;
  start: number;
  pages: number;
  stack: number;
  exitCode: number;
  argv: string[];
  exe: string;
  /** The process that it is a thread of. */
  leader: number;
}

export function fakeProc(t: TestContext, bootedAt: number, now: number): FakeProc {
  const folder = mkdtempSync(join(tmpdir(), 'proc-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  let last = 1;
  const handOut = (next: number) => {
    last = next;
    writeFileSync(join(folder, 'loadavg'), `0.10 0.20 0.30 1/100 ${last}\n`);
  };
  handOut(1);
  writeFileSync(join(folder, 'stat'), `cpu  1 2 3\nbtime ${Math.floor(bootedAt / 1000)}\n`);
  writeFileSync(join(folder, 'uptime'), `${(now - bootedAt) / 1000} 1.00\n`);
  mkdirSync(join(folder, 'sys', 'kernel', 'random'), { recursive: true });
  writeFileSync(join(folder, 'sys', 'kernel', 'random', 'boot_id'), '0123abcd-0000\n');
  const known = new Map<number, FakeProcess>();
  return {
    folder,
    handOut,
    put(pid, facts) {
      const process: FakeProcess = {
        ...{ comm: 'made-up', state: 'S', parent: 1, ticks: 0, threads: 1, start: 100, pages: 10 },
        ...{ stack: 0, exitCode: 0, argv: ['made-up'], exe: '/bin/made-up', leader: pid },
        ...known.get(pid),
        ...facts,
      };
      known.set(pid, process);
      const of = join(folder, String(pid));
      mkdirSync(of, { recursive: true });
      const fields = new Array(53).fill('0');
      fields[4] = process.parent;
      fields[14] = process.ticks;
      fields[20] = process.threads;
      fields[22] = process.start;
      fields[24] = process.pages;
      fields[28] = process.stack;
      fields[52] = process.exitCode;
      const rest = fields.slice(4).join(' ');
      writeFileSync(join(of, 'stat'), `${pid} (${process.comm}) ${process.state} ${rest}\n`);
      writeFileSync(join(of, 'cmdline'), process.argv.map((part) => `${part}\0`).join(''));
      writeFileSync(join(of, 'status'), `Name:\t${process.comm}\nTgid:\t${process.leader}\n`);
      rmSync(join(of, 'exe'), { force: true });
      if (process.exe !== '') symlinkSync(process.exe, join(of, 'exe'));
      if (pid > last) handOut(pid);
    },
    remove(pid) {
      known.delete(pid);
      rmSync(join(folder, String(pid)), { recursive: true, force: true });
    },
  };
}

/** A real process, in a group of its own that ends with the test. */
export interface RealProcess {
  pid: number;
  /** The next line that it prints. */
  line(): Promise<string>;
  ended: Promise<unknown>;
  /** Ends it and all of its group. */
  kill(): void;
}

export function run(t: TestContext, command: string, ...args: string[]): RealProcess {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const pid = child.pid ?? 0;
  const ended = once(child, 'exit');
  const kill = () => {
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended.
    }
  };
  t.after(kill);
  return { pid, ended, kill, line: async () => String((await lines.next()).value) };
}
