import { availableParallelism } from 'node:os';
import type { Clock } from '../../base/clock.ts';
import type { ProcessFacts } from '../../contract/process.ts';
import { createKernelFiles } from '../kernel-files.ts';
import { argumentsOf, commandText, namesOf } from './command-line.ts';
import { connectionsIn } from './connections.ts';
import { createLooks } from './looks.ts';
import { readMachine } from './machine.ts';
import type { ProcessReader } from './reader.ts';
import { type ProcessStat, parseStat } from './stat.ts';

export interface LinuxReaderOptions {
  clock: Clock;
  /** Default: /proc. */
  folder?: string;
}

/** What is remembered of a process between two snapshots. */
interface Known extends Pick<ProcessFacts, 'identity' | 'name' | 'names' | 'command'> {
  startTicks: number;
  /** With these two the program is the same: an exec changes at least one of them. */
  stackStart: number;
  comm: string;
  cpuTicks: number;
  /** Monotonic milliseconds of the reading of `cpuTicks`. */
  at: number;
}

/** Longest command line that is read, in bytes. */
const MOST_COMMAND_BYTES = 16 * 1024;
/** Files that stay open between snapshots: to open one costs twice what it costs to read it [measured]. */
const MOST_OPEN = 400;
/** At this pace what lives for 200 ms is seen, also where a look comes a little late. To wake up costs more than to look. */
const LOOK_EVERY_MS = 180;

/** Reads /proc: one small file a process; command lines and executables once for each program that it runs. */
export function createLinuxReader({ clock, folder = '/proc' }: LinuxReaderOptions): ProcessReader {
  const proc = createKernelFiles(folder);
  const machine = readMachine(proc, clock.now());
  const msPerTick = 1000 / machine.ticksPerSecond;
  const mostCpu = availableParallelism() * 100;
  let known = new Map<number, Known>();
  /** Of each process its `stat`, which never becomes that of another one with the same number. */
  const open = new Map<number, number>();

  function pids(): number[] {
    const found: number[] = [];
    for (const name of proc.list('.') ?? []) {
      const first = name.charCodeAt(0);
      if (first > 0x30 && first <= 0x39) found.push(Number(name));
    }
    return found;
  }

  function stat(pid: number): ProcessStat | null {
    const length = proc.read(`${pid}/stat`);
    return length === null ? null : parseStat(proc.buffer, length);
  }

  function statKeptOpen(pid: number): ProcessStat | null {
    const kept = open.get(pid);
    const again = kept === undefined ? null : proc.readAgain(kept);
    if (again !== null) return parseStat(proc.buffer, again);
    letGo(pid);
    const descriptor = open.size < MOST_OPEN ? proc.open(`${pid}/stat`) : null;
    if (descriptor === null) return stat(pid);
    open.set(pid, descriptor);
    const length = proc.readAgain(descriptor);
    return length === null ? null : parseStat(proc.buffer, length);
  }

  function letGo(pid: number): void {
    const descriptor = open.get(pid);
    if (descriptor === undefined) return;
    open.delete(pid);
    proc.close(descriptor);
  }

  function identityOf(pid: number, startTicks: number): string {
    return `${pid}.${startTicks}${machine.boot === '' ? '' : `@${machine.boot}`}`;
  }

  function meet(pid: number, read: ProcessStat, comm: string, at: number): Known {
    const length = proc.read(`${pid}/cmdline`);
    const bytes = proc.buffer.subarray(0, Math.min(length ?? 0, MOST_COMMAND_BYTES));
    const parts = argumentsOf(bytes);
    // A thread of the kernel has neither.
    const executable = parts.length === 0 ? null : proc.link(`${pid}/exe`);
    const names = namesOf(executable, comm, parts[0]);
    return {
      identity: identityOf(pid, read.startTicks),
      startTicks: read.startTicks,
      stackStart: read.stackStart,
      comm,
      name: names[0] ?? String(pid),
      names,
      command: commandText(parts),
      cpuTicks: read.cpuTicks,
      at,
    };
  }

  const baselineOf = (same: Known | undefined) => same && { cpuTicks: same.cpuTicks, at: same.at };

  function factsOf(pid: number, read: ProcessStat, at: number, before: Known | undefined) {
    const comm = read.comm.toString('utf8');
    const same = before?.startTicks === read.startTicks ? before : undefined;
    const isSameProgram = same?.comm === comm && same.stackStart === read.stackStart;
    const now = isSameProgram ? same : { ...meet(pid, read, comm, at), ...baselineOf(same) };
    const started = machine.startedAt + read.startTicks * msPerTick;
    const [ticks, over] = same
      ? [read.cpuTicks - same.cpuTicks, at - same.at]
      : [read.cpuTicks, clock.now() - started];
    const facts: ProcessFacts = {
      identity: now.identity,
      pid,
      parent: read.parent,
      name: now.name,
      names: now.names,
      command: now.command,
      started,
      cpu: Math.min(mostCpu, Math.max(0, (100 * ticks * msPerTick) / Math.max(over, msPerTick))),
      memoryMb: (read.residentPages * machine.pageBytes) / 1e6,
      status: read.status,
      threads: read.threads,
    };
    return { facts, now };
  }

  function snapshot(): ProcessFacts[] {
    const at = clock.monotonic();
    const next = new Map<number, Known>();
    const all: ProcessFacts[] = [];
    for (const pid of pids()) {
      const read = statKeptOpen(pid);
      if (read === null) continue;
      const { facts, now } = factsOf(pid, read, at, known.get(pid));
      next.set(pid, { ...now, cpuTicks: read.cpuTicks, at });
      all.push(facts);
    }
    known = next;
    for (const pid of open.keys()) if (!known.has(pid)) letGo(pid);
    return all;
  }

  const looks = createLooks({
    proc,
    pids,
    /** Leaves what the next snapshot measures from as it is. */
    factsOf(pid) {
      const read = stat(pid);
      if (read === null) return null;
      const { facts, now } = factsOf(pid, read, clock.monotonic(), known.get(pid));
      known.set(pid, now);
      return facts;
    },
    knownAs: (pid) => known.get(pid),
    ended(pid, identity) {
      const read = stat(pid);
      if (read === null || identityOf(pid, read.startTicks) !== identity) return { exitCode: null };
      const over = read.status === 'zombie' || read.status === 'dead';
      return over ? { exitCode: read.exitCode > 0 ? read.exitCode : null } : null;
    },
  });

  return {
    lookEveryMs: LOOK_EVERY_MS,
    async snapshot() {
      const all = snapshot();
      looks.seen(all, clock.now());
      return all;
    },
    async look(watched) {
      return looks.look(watched);
    },
    close() {
      for (const pid of open.keys()) letGo(pid);
    },
    async connectionsOf(pids) {
      return connectionsIn(proc, pids);
    },
    killedForMemory() {
      const found = /^oom_kill (\d+)$/m.exec(proc.text('vmstat') ?? '')?.[1];
      return found === undefined ? null : Number(found);
    },
  };
}
