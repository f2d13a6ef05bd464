import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

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
  const env = { PATH: process.env['PATH'] ?? '', HOME: '/nowhere', ...options.env };
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

/** Resolves once a stream of the process has printed `text`. */
export async function printed(stream: NodeJS.ReadableStream, text: string): Promise<void> {
  let got = '';
  for await (const [part] of onData(stream)) {
    got += String(part);
    if (got.includes(text)) return;
  }
  throw new Error(`ended without printing ${text}: ${got}`);
}

async function* onData(stream: NodeJS.ReadableStream) {
  const waiting: [unknown][] = [];
  let wake = () => {};
  let over = false;
  const data = (part: unknown) => {
    waiting.push([part]);
    wake();
  };
  const close = () => {
    over = true;
    wake();
  };
  stream.on('data', data);
  stream.on('close', close);
  try {
    for (;;) {
      const next = waiting.shift();
      if (next !== undefined) yield next;
      else if (over) return;
      else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    stream.off('data', data);
    stream.off('close', close);
  }
}
