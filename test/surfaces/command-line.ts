import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { main } from '../../src/surfaces/cli/main.ts';
import type { Program } from '../../src/surfaces/daemon.ts';

/** Else every process compiles the same sources again, which is most of what these tests would take. */
const COMPILED = join(tmpdir(), 'consciousness-test-compiled');
const ENTRY = fileURLToPath(new URL('cli-entry.ts', import.meta.url));

export interface Ran {
  code: number | null;
  out: string;
  err: string;
}

export interface RunOptions {
  env?: Record<string, string>;
  input?: string;
  cwd?: string;
}

/** A command as a process of its own; not awaited. */
export function begin(args: readonly string[], options: RunOptions = {}): ChildProcessWithoutNullStreams {
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: '/nowhere',
    NODE_COMPILE_CACHE: COMPILED,
    ...options.env,
  };
  const child = spawn(process.execPath, [ENTRY, ...args], { env, cwd: options.cwd });
  child.stdin.on('error', () => {}); // commands that read no input close it
  if (options.input !== undefined) child.stdin.end(options.input);
  return child;
}

/** A command as a process of its own, to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return await ended(begin(args, { input: '', ...options }));
}

/** What a process printed and how it ended. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<Ran> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => out.push(part));
  child.stderr.on('data', (part: Buffer) => err.push(part));
  const [code] = await once(child, 'close');
  return { code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() };
}

/** Resolves once a stream has printed `text`; to be called before anything is awaited. */
export function printed(stream: NodeJS.ReadableStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let got = '';
    stream.on('data', (part) => {
      got += String(part);
      if (got.includes(text)) resolve();
    });
    stream.on('close', () => reject(new Error(`ended without printing ${text}: ${got}`)));
  });
}

/** A command in this process, at a terminal or not; for what needs no process of its own. */
export async function here(
  args: readonly string[],
  options: {
    tty?: boolean;
    columns?: number;
    env?: Record<string, string>;
    cwd?: string;
    program?: Partial<Program>;
  } = {},
): Promise<{ code: number; out: string; err: string }> {
  const printed = { out: '', err: '' };
  const sink = (name: 'out' | 'err') => ({
    isTTY: options.tty === true,
    columns: options.columns ?? 80,
    write: (text: string) => {
      printed[name] += text;
    },
    on: () => {},
  });
  const world = {
    argv: ['node', 'consciousness', ...args],
    env: { HOME: '/nowhere', ...options.env },
    platform: process.platform,
    stdin: Readable.from([]),
    stdout: sink('out'),
    stderr: sink('err'),
    cwd: () => options.cwd ?? '/',
    on: () => {},
    off: () => {},
    exit: (code: number) => {
      throw new Error(`exit ${code}`);
    },
  };
  const code = await main(world, {
    runDaemon: async () => ({ code: 70, reason: 'no daemon here' }),
    rehearse: () => Promise.reject(new Error('no mind here')),
    survey: () => Promise.reject(new Error('no senses here')),
    compare: () => Promise.reject(new Error('no models here')),
    lookAtProcesses: async () => ({
      processes: [],
      matched: 0,
      total: { cpu: 0, memoryMb: 0, threads: 0, children: 0 },
    }),
    lookAtVitals: async () => ({ at: 0, values: {} }),
    ...options.program,
  });
  return { code, ...printed };
}
