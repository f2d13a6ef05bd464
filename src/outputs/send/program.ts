import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import { messageOf, systemCode } from '../../base/errors.ts';

export interface Program {
  /** The program and its arguments: no shell reads them. */
  argv: readonly string[];
  /** All that it sees of our environment; found by its PATH. */
  env: Readonly<Record<string, string>>;
  cwd?: string;
  input: string;
  /** The longest that it may run. */
  ms: number;
}

/** How a program went: `said` is the end of what it wrote to stderr, or else to stdout. */
export type Ran =
  | { kind: 'not-started'; code: string; message: string }
  | { kind: 'ended'; code: number | null; signal: NodeJS.Signals | null; said: string }
  /** We ended it and all that it had started. */
  | { kind: 'cut'; why: 'time' | 'stop'; said: string };

/** Bytes of each of its outputs that are kept. */
const KEPT = 64 * 1024;
/** How long it may go on when the daemon ends. */
const GRACE_MS = 10_000;
const KILL_AFTER_MS = 2000;
/** How long output may still come after its end: what it left running may hold the pipe. */
const DRAIN_MS = 500;

/** Runs a program to its end, in a group of its own so that all of it can be ended. */
export async function runProgram(program: Program, clock: Clock, stop: AbortSignal): Promise<Ran> {
  const [command = '', ...args] = program.argv;
  const over = new AbortController();
  let cut: 'time' | 'stop' | undefined;
  try {
    const { env, cwd = '/' } = program;
    const child = spawn(command, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const errors = tailOf(child.stderr);
    const words = tailOf(child.stdout);
    const ended = endOf(child, over.signal, clock);
    child.stdin.on('error', () => undefined); // it need not read what it is given
    child.stdin.end(program.input);

    const end = async (why: 'time' | 'stop', after: number) => {
      await clock.sleep(after, over.signal);
      cut ??= why;
      killGroup(child, 'SIGTERM');
      await clock.sleep(KILL_AFTER_MS, over.signal);
      killGroup(child, 'SIGKILL');
    };
    const onStop = () => void end('stop', GRACE_MS).catch(ENDED);
    void end('time', program.ms).catch(ENDED);
    if (stop.aborted) onStop();
    else stop.addEventListener('abort', onStop, { once: true, signal: over.signal });

    const { code, signal } = await ended;
    if (cut !== undefined) killGroup(child, 'SIGKILL');
    const said = errors().trim() === '' ? words() : errors();
    return cut === undefined ? { kind: 'ended', code, signal, said } : { kind: 'cut', why: cut, said };
  } catch (error) {
    return { kind: 'not-started', code: systemCode(error) ?? '', message: messageOf(error) };
  } finally {
    over.abort();
  }
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** It ended first: nothing is left to wait for. */
const ENDED = () => undefined;

/** Rejects where it could not be started. */
async function endOf(child: Child, over: AbortSignal, clock: Clock) {
  const exited = Promise.withResolvers<{ code: number | null; signal: NodeJS.Signals | null }>();
  const closed = Promise.withResolvers<void>();
  child.once('error', exited.reject);
  child.once('exit', (code, signal) => exited.resolve({ code, signal }));
  child.once('close', () => closed.resolve());
  const end = await exited.promise;
  // What it leaves running belongs to the person: it is not ended, and not waited for.
  await Promise.race([closed.promise, clock.sleep(DRAIN_MS, over).catch(ENDED)]);
  child.stdout.destroy();
  child.stderr.destroy();
  return end;
}

function tailOf(stream: Readable): () => string {
  let tail = Buffer.alloc(0);
  stream
    .on('error', () => undefined)
    .on('data', (part: Buffer) => {
      tail = Buffer.concat([tail, part]).subarray(-KEPT);
    });
  return () => tail.toString();
}

function killGroup({ pid }: Child, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // nobody is left in it
  }
}
