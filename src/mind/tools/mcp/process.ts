import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/client';
import { messageOf } from '../../../base/errors.ts';
import { type Link, MOST_BYTES } from './link.ts';

export interface ProcessSettings {
  command: string;
  args: readonly string[];
  /** All that the process sees. */
  env: Readonly<Record<string, string>>;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** What a server gets of our environment; the SDK's own transport would give more, and always. */
const PASSED = ['PATH', 'HOME', 'LANG', 'TMPDIR'] as const;

/** A server is told to end by the end of its input; these are for one that does not listen. */
const TERM_AFTER_MS = 500;
const KILL_AFTER_MS = 1000;
/** How long output may still come after the end of the process: a child that left its group may hold the pipe. */
const DRAIN_MS = 500;

export function environmentOf(
  own: Readonly<Record<string, string>> | undefined,
  ours: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const passed = PASSED.flatMap((name) => {
    const value = ours[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(passed), ...own };
}

/** A server as a child process with JSON lines on its standard input and output. */
export async function openProcess({ command, args, env }: ProcessSettings): Promise<Link> {
  const { ReadBuffer, serializeMessage } = await import('@modelcontextprotocol/client');
  const received = new ReadBuffer({ maxBufferSize: MOST_BYTES });
  let child: Child | undefined;
  let said = '';
  let ending: string | undefined;
  let closing: Promise<void> | undefined;

  const receive = (chunk: Buffer) => {
    try {
      received.append(chunk);
    } catch (error) {
      ending ??= messageOf(error);
      return void close();
    }
    for (;;) {
      try {
        const message = received.readMessage();
        if (message === null) return;
        transport.onmessage?.(message);
      } catch {
        // JSON, but no message: like other lines that do not belong there, it is passed over
      }
    }
  };

  const transport: Transport = {
    start: () =>
      new Promise((resolve, reject) => {
        if (closing !== undefined) return reject(new Error('closed'));
        // A group of its own: `npx` and shells start the real server as a child, which must end with them.
        const started = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
        child = started;
        started.once('spawn', resolve);
        started.once('error', (error) => {
          ending ??= error.message;
          reject(error);
        });
        started.once('exit', () => {
          killGroup(started, 'SIGKILL');
          const drain = setTimeout(() => {
            started.stdout.destroy();
            started.stderr.destroy();
          }, DRAIN_MS);
          started.once('close', () => clearTimeout(drain));
        });
        // Not at its exit: its last words may still be on their way.
        started.once('close', (code, signal) => {
          const last = said.trim().split('\n').at(-1) ?? '';
          ending ??= `it ended with ${code ?? signal}${last === '' ? '' : `: ${last}`}`;
          transport.onclose?.();
        });
        started.stdin.on('error', () => undefined); // its end says why
        started.stdout.on('error', () => undefined).on('data', receive);
        started.stderr.setEncoding('utf8').on('data', (part: string) => {
          said = `${said}${part}`.slice(-500);
        });
      }),
    send: (message) =>
      new Promise((resolve, reject) => {
        if (child === undefined || !child.stdin.writable) return reject(new Error('not connected'));
        child.stdin.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()));
      }),
    close: () => close(),
  };

  const close = (): Promise<void> => {
    closing ??= child === undefined ? Promise.resolve() : end(child);
    return closing;
  };
  return { transport, ending: () => ending, close };
}

async function end(child: Child): Promise<void> {
  if (child.pid === undefined) return;
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  if (isGone()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once('exit', () => resolve());
  child.stdin.end();
  const term = setTimeout(() => killGroup(child, 'SIGTERM'), TERM_AFTER_MS);
  const kill = setTimeout(() => killGroup(child, 'SIGKILL'), TERM_AFTER_MS + KILL_AFTER_MS);
  await promise;
  clearTimeout(term);
  clearTimeout(kill);
}

function killGroup({ pid }: Child, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // nobody is left in it
  }
}
