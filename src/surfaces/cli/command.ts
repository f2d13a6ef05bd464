import type { Clock } from '../../base/clock.ts';
import type { Folders } from '../../contract/config.ts';
import type { Client } from '../client.ts';
import type { Program } from '../daemon.ts';
import type { Terminal } from './terminal.ts';

/** The one shape of a command. Everything that `--help` and docs/cli.md say about it stands here. */
export interface Command {
  /** As typed, subcommands with a space: `status`, `rules check`. */
  readonly name: string;
  readonly arguments: readonly { name: string; summary: string; required: boolean; many: boolean }[];
  /** `flags` as commander reads them: `--limit <number>`. */
  readonly options: readonly { flags: string; summary: string }[];
  readonly examples: readonly { line: string; does: string }[];
  readonly exitCodes: Readonly<Record<number, string>>;
  /** What `--json` prints, by the names of contract/api.ts; null where there is no `--json`. */
  readonly json: string | null;
  /** Resolves with the exit code; throws CodedErrors. */
  run(context: Context, args: readonly string[], options: Options): Promise<number>;
}

/** Everything that can be typed. */
export interface Spoken {
  commands: readonly (Pick<Command, 'name' | 'options'> & { summary: string })[];
  /** Options that every command has. */
  shared: Command['options'];
}

/** Values of a command's own options by their camel-case names; `--no-wait` is `wait: false`. */
export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Everything that a command touches. */
export interface Context {
  readonly version: string;
  /** `--home`, as typed. */
  readonly home: string | null;
  /** `--json` was given. */
  readonly json: boolean;
  readonly out: Terminal;
  readonly err: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** Aborts at the first Ctrl-C or SIGTERM; at the second one the process ends at once. */
  readonly signal: AbortSignal;
  /** Standard input; reading it ends with {@link signal}. */
  stdin(): AsyncIterable<string | Uint8Array>;
  readonly platform: NodeJS.Platform;
  /** Runs a daemon in this process; main.ts of the package, handed over by the entry point. */
  readonly runDaemon: Program['runDaemon'];
  /** Lets a rule think about a file in this process; likewise. */
  readonly rehearse: Program['rehearse'];
  /** Counts what would be watched in a folder; likewise. */
  readonly survey: Program['survey'];
  /** Lets several models think about the same; likewise. */
  readonly compare: Program['compare'];
  /** The processes of this machine. */
  readonly lookAtProcesses: Program['lookAtProcesses'];
  /** Its vitals, measured once. */
  readonly lookAtVitals: Program['lookAtVitals'];
  /** Every command, for what tells about all of them. */
  everything(): Promise<Spoken>;
  /** Where everything is. */
  folders(): Promise<Folders>;
  /** The daemon of this home. Nothing is sent before its first call. */
  client(): Promise<Client>;
  /** This program with the same `--home`, for sentences that say what to type next. */
  line(command: string): string;
}

/** Exit codes that every command shares; a command names its own meanings of 0 and 1. */
export const SHARED_EXIT_CODES: Readonly<Record<number, string>> = {
  2: 'the command line is wrong',
  69: 'no daemon is running, or it went away',
  70: 'a defect',
  78: 'the configuration or the machine does not fit; says what to change',
  130: 'ended by Ctrl-C',
  143: 'ended by SIGTERM',
};

/** The text of an option; undefined where it was not given. */
export function textOption(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
