import { type Clock, systemClock } from '../../base/clock.ts';
import { CodedError, EXIT } from '../../base/errors.ts';
import type { RunDaemon } from '../daemon.ts';
import { packageVersion } from '../version.ts';
import { createContext } from './context.ts';
import { printFailure } from './failure.ts';
import { createProgram, type Invocation } from './program.ts';
import { loadCommands } from './registry.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** The part of Node's `process` that the CLI touches; bin/consciousness.js hands over the real one. */
export type World = Pick<
  NodeJS.Process,
  'argv' | 'env' | 'cwd' | 'platform' | 'stdin' | 'stdout' | 'stderr' | 'on' | 'off' | 'exit'
>;

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs the command line of `world` and resolves with its exit code; never rejects. `runDaemon` is what `start`
 * calls. The first Ctrl-C or SIGTERM asks the command to end, the second one ends the process at once.
 */
export async function main(world: World, runDaemon: RunDaemon, clock: Clock = systemClock): Promise<number> {
  const words = world.argv.slice(2);
  const colour = !words.includes('--no-color') && !world.env['NO_COLOR'] && world.env['TERM'] !== 'dumb';
  const out = createTerminal(world.stdout, colour);
  const err = createTerminal(world.stderr, colour);
  // `consciousness thoughts | head`: nobody reads on, which is no failure.
  const onPipe = (error: NodeJS.ErrnoException) =>
    world.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.internal);
  world.stdout.on('error', onPipe);

  const end = new AbortController();
  const handlers = Object.entries(SIGNALS).map(([name, code]) => {
    const handler = () => {
      if (end.signal.aborted) world.exit(SIGNALS.SIGINT);
      end.abort(new CodedError('interrupted', 'interrupted', { exitCode: code }));
    };
    world.on(name, handler);
    return { name, handler };
  });
  try {
    const found = await understand(words, out, err);
    if (typeof found === 'number') return found;
    const { home, json, command, args, options } = found;
    const context = createContext({ world, runDaemon, clock, out, err, home, json, signal: end.signal });
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
