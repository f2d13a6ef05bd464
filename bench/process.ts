import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A process of its own whose lines can be waited for. */
export interface Child {
  pid: number;
  /** Every line it printed so far. */
  lines: string[];
  /** Called with each line from now on; returns how to end that. */
  onLine(listener: (line: string) => void): () => void;
  /** The first line, past or future, that `wanted` accepts; rejects when the process ends before. */
  line(wanted: (line: string) => boolean): Promise<string>;
  /** Resolves with the exit code once it has ended by itself. */
  ended: Promise<number | null>;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

export interface Children {
  node(args: readonly string[], env?: Readonly<Record<string, string>>): Child;
  /** A program of bench/programs. */
  program(name: string, args: readonly string[]): Child;
  /** Any other executable. */
  command(path: string, args: readonly string[]): Child;
  /** Ends what is still running. */
  kill(): void;
}

/** Starts processes and remembers them, so that none outlives the run. */
export function createChildren(): Children {
  const running = new Set<ChildProcess>();

  function start(
    path: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    what: string,
  ): Child {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    running.add(child);
    return childOf(child, () => running.delete(child), what);
  }

  const node = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    start(process.execPath, args, env, args.join(' '));
  return {
    node,
    command: (path, args) => start(path, args, {}, [path, ...args].join(' ')),
    program: (name, args) => node([fileURLToPath(new URL(`programs/${name}.ts`, import.meta.url)), ...args]),
    kill() {
      for (const child of running) child.kill('SIGKILL');
    },
  };
}

function childOf(child: ReturnType<typeof spawn>, onEnd: () => void, what: string): Child {
  const lines: string[] = [];
  const listeners = new Set<(line: string) => void>();
  let stderr = '';
  child.stderr?.on('data', (data) => {
    stderr += data;
  });
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      for (const listener of listeners) listener(line);
    });
  }
  const ended = once(child, 'close').then(() => {
    onEnd();
    return child.exitCode;
  });
  const onLine = (listener: (line: string) => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    pid: child.pid ?? 0,
    lines,
    onLine,
    line: (wanted) =>
      new Promise((resolve, reject) => {
        const known = lines.find(wanted);
        if (known !== undefined) return resolve(known);
        const off = onLine((line) => {
          if (!wanted(line)) return;
          off();
          resolve(line);
        });
        void ended.then((code) => reject(new Error(`${what} ended with ${code}: ${stderr}`)));
      }),
    ended,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await ended;
    },
  };
}

/** Clock ticks of /proc a second: USER_HZ, 100 on every Linux. */
const TICKS_PER_SECOND = 100;

/** Seconds of processor time, user and system, that a process has used with all its threads. Linux. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; utime and stime are fields 14 and 15, the name is field 2.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of a process, and the most it ever had, in MB of 10^6 bytes. Linux. */
export function memoryMb(pid: number): { now: number; most: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (key: string) =>
    (Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { now: of('VmRSS'), most: of('VmHWM') };
}
