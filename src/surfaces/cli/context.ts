import { homedir } from 'node:os';
import { addAbortSignal } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import type { Program } from '../daemon.ts';
import { packageVersion } from '../version.ts';
import type { Context } from './command.ts';
import { lineFor } from './line.ts';
import type { World } from './main.ts';
import { everything } from './registry.ts';
import type { Terminal } from './terminal.ts';

export interface ContextOptions {
  world: World;
  program: Program;
  clock: Clock;
  out: Terminal;
  err: Terminal;
  home: string | null;
  json: boolean;
  signal: AbortSignal;
}

/** What commands get. Nothing is read or imported before a command asks for it. */
export function createContext(options: ContextOptions): Context {
  const { world, program, clock, out, err, home, json, signal } = options;
  const folders = async () => {
    const { foldersFor } = await import('../../config/folders.ts');
    return foldersFor({ home, env: world.env, platform: world.platform, homedir: homedir() });
  };
  return {
    version: packageVersion(),
    home,
    json,
    out,
    err,
    env: world.env,
    cwd: world.cwd(),
    clock,
    signal,
    stdin: () => addAbortSignal(signal, world.stdin),
    platform: world.platform,
    ...program,
    everything,
    folders,
    async client() {
      const [{ createClient }, { socket }] = await Promise.all([import('../unix-client.ts'), folders()]);
      return createClient({ socket, start: lineFor(home, 'start') }, signal);
    },
    line: (command) => lineFor(home, command),
  };
}
