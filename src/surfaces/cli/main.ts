import type { Readable } from 'node:stream';
import { type Clock, systemClock } from '../../base/clock.ts';
import { CodedError, EXIT } from '../../base/errors.ts';
import type { Program } from '../daemon.ts';
import { packageVersion } from '../version.ts';
import { createContext } from './context.ts';
import { printFailure } from './failure.ts';
import { createProgram, type Invocation } from './program.ts';
import { loadCommands } from './registry.ts';
import { createTerminal, type Sink, type Terminal } from './terminal.ts';

/** The part of Node's `process` that the CLI touches; bin/consciousness.js hands over the real one. */
export interface World {
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  stdin: Readable;
  stdout: Sink & { on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown };
  stderr: Sink;
  cwd(): string;
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
  exit(code: number): void;
}

const SIGNALS = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const;

/**
 * Runs the command line of `world` and resolves with its exit code; never rejects. `program` is what runs
 * in this process. The first Ctrl-C or SIGTERM asks the command to end, the second one ends the process at once.
 */
export async function main(world: World, program: Program, clock: Clock = systemClock): Promise<number> {
  const words = world.argv.slice(2);
  const colour = !words.includes('--no-color') && !world.env['NO_COLOR'] && world.env['TERM'] !== 'dumb';
  const plain = words.includes('--plain') || world.env['TERM'] === 'dumb';
  const looks = { colour, plain, screen: { status: '' } };
  const out = createTerminal(world.stdout, looks);
  const err = createTerminal(world.stderr, looks);
  const end = new AbortController();
  const interrupt = (exitCode: number) =>
    end.abort(new CodedError('interrupted', 'interrupted', { exitCode }));
  // `consciousness thoughts | head`: that nobody reads on is no failure, but the end, of a daemon too.
  world.stdout.on('error', (error) => interrupt(error.code === 'EPIPE' ? EXIT.ok : EXIT.internal));
  const handlers = SIGNALS.map(([name, code]) => {
    const handler = () => {
      if (end.signal.aborted) world.exit(SIGNALS[0][1]);
      interrupt(code);
    };
    world.on(name, handler);
    return { name, handler };
  });
  try {
    const found = await understand(words, out, err);
    if (typeof found === 'number') return found;
    const { home, json, command, args, options } = found;
    const context = createContext({ world, program, clock, out, err, home, json, signal: end.signal });
    return await command.run(context, args, options);
  } catch (error) {
    if (end.signal.aborted && isAbort(error)) return end.signal.reason.exitCode;
    return printFailure(err, error);
  } finally {
    for (const { name, handler } of handlers) world.off(name, handler);
  }
}

/** The reason itself, or the AbortError that Node's own waits make of it. */
function isAbort(error: unknown): boolean {
  return (
    error instanceof Error &&
    (('code' in error && error.code === 'interrupted') || error.name === 'AbortError')
  );
}

/** The command that was typed, or the exit code where there is none to run. */
async function understand(
  words: readonly string[],
  out: Terminal,
  err: Terminal,
): Promise<Invocation | number> {
  const found: Invocation[] = [];
  const program = createProgram({
    version: packageVersion(),
    columns: Math.min(out.columns, 100),
    commands: await loadCommands(words),
    writeOut: out.text,
    writeErr: err.text,
    found: (invocation) => found.push(invocation),
  });
  try {
    program.parse([...words], { from: 'user' });
  } catch (error) {
    const exitCode = error instanceof Error && 'exitCode' in error ? error.exitCode : null;
    if (exitCode === null) throw error;
    return exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return found[0] ?? EXIT.usage;
}
