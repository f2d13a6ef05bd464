import type { Clock } from '../../base/clock.ts';
import type { Random } from '../../base/random.ts';
import type { Source } from './source.ts';

/** What tools, resources and prompts work with. */
export interface Given {
  /** The daemon, asked until the signal aborts. Nothing is sent before the first question. */
  ask(signal: AbortSignal): Source;
  /** Whether this client may also have something thought about. */
  act: boolean;
  /** Aborts when this client is let go: whatever it waits for ends. */
  signal: AbortSignal;
  clock: Clock;
  random: Random;
  /** For paths that begin with `~/`. */
  homedir: string;
  version: string;
  /** A command of ours, as a person is to type it. */
  line(command: string): string;
  /** Told of errors that a client only sees as `internal`. */
  report(error: unknown): void;
}
