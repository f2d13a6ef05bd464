import { type Logger, pino } from 'pino';
import { type Clock, systemClock } from './clock.ts';
import { messageOf, systemCode } from './errors.ts';
import { harmlessJson } from './harmful.ts';
import { type LogFields, lineFields } from './log-fields.ts';
import { prettyLine } from './log-pretty.ts';
import { openRotatingFile, type RotatingFile } from './rotate.ts';
import { createScrubber } from './scrub.ts';

/** Level names, least to most severe. */
export const LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
export type Level = (typeof LEVELS)[number];

/** Facts about the daemon: a stable event name and fields. Nothing here ever throws, whatever the disk does. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warning(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
  critical(event: string, fields?: LogFields): void;
  /** The same log with fields bound to every line; level and files are shared. */
  child(bound: LogFields): Log;
  /** From now on, for this log and every child of it. */
  setLevel(level: Level): void;
  /** Opens the file anew, after a log rotation from outside (SIGHUP). */
  reopen(): void;
  /** Makes every line so far durable. */
  flush(): void;
  /** Flushes and lets go of the file; later lines go nowhere. Safe twice. */
  close(): void;
}

export interface LogOptions {
  level: Level;
  /** JSON lines into `path` (absolute path text), rotated: by default 10 MB × 5 older files. */
  file?: { path: string; maxBytes?: number; keep?: number };
  /** For people, on `out`. Neither this nor a file: JSON lines on `out`. */
  pretty: boolean;
  /** Known secret values, asked anew for each line. */
  secrets: () => readonly string[];
  /** Default: standard error; colours where it is a terminal that shows them. */
  out?: LogOut;
  clock?: Clock;
}

/** What a log needs of a stream. */
export interface LogOut {
  write(text: string): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
  hasColors?: () => boolean;
}

/** Opens the log. Throws `log-file` where the file may not be opened. */
export function createLog(options: LogOptions): Log {
  const clock = options.clock ?? systemClock;
  const sinks = openSinks(options, clock);
  const scrub = createScrubber(options.secrets);
  const severities = { debug: 20, info: 30, warning: 40, error: 50, critical: 60 };
  const root = pino(
    {
      level: 'debug', // the threshold below decides, since a pino child would keep the level it was born with
      customLevels: severities,
      useOnlyCustomLevels: true,
      base: null,
      messageKey: 'event',
      timestamp: () => `,"time":"${new Date(clock.now()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }), log: lineFields },
    },
    { write: (line: string) => sinks.write(safeLine(line, scrub, clock)) },
  );
  return new LevelledLog(root, sinks, { level: options.level });
}

type Method = 'debug' | 'info' | 'warning' | 'error' | 'critical';

class LevelledLog implements Log {
  readonly #pino: Logger<Method, boolean>;
  readonly #sinks: Sinks;
  readonly #shared: { level: Level };

  constructor(root: Logger<Method, boolean>, sinks: Sinks, shared: { level: Level }) {
    this.#pino = root;
    this.#sinks = sinks;
    this.#shared = shared;
  }

  debug = (event: string, fields?: LogFields) => this.#write('DEBUG', 'debug', event, fields);
  info = (event: string, fields?: LogFields) => this.#write('INFO', 'info', event, fields);
  warning = (event: string, fields?: LogFields) => this.#write('WARNING', 'warning', event, fields);
  error = (event: string, fields?: LogFields) => this.#write('ERROR', 'error', event, fields);
  critical = (event: string, fields?: LogFields) => this.#write('CRITICAL', 'critical', event, fields);

  child(bound: LogFields): Log {
    return new LevelledLog(this.#pino.child(lineFields(bound)), this.#sinks, this.#shared);
  }

  setLevel(level: Level): void {
    this.#shared.level = level;
  }

  reopen(): void {
    try {
      this.#sinks.file?.reopen();
    } catch (error) {
      this.warning('log not reopened', { code: systemCode(error), reason: messageOf(error) });
    }
  }

  flush(): void {
    this.#sinks.file?.flush();
  }

  close(): void {
    this.flush();
    this.#sinks.close();
  }

  #write(level: Level, method: Method, event: string, fields: LogFields = {}): void {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(this.#shared.level)) return;
    this.#pino[method](fields, event);
  }
}

interface Sinks {
  file: RotatingFile | undefined;
  write(line: string): void;
  close(): void;
}

function openSinks(options: LogOptions, clock: Clock): Sinks {
  const { file: to, out = process.stderr, pretty } = options;
  const lostLine = (count: number, code: string) =>
    `${JSON.stringify({ level: 'WARNING', time: new Date(clock.now()).toISOString(), count, code, event: 'log lines dropped' })}\n`;
  const file =
    to &&
    openRotatingFile({ path: to.path, maxBytes: to.maxBytes ?? 10_000_000, keep: to.keep ?? 5, lostLine });
  const shown = pretty || !file;
  const colour = out.hasColors?.() ?? false;
  const ignore = () => {}; // a terminal that went away must not take the daemon with it
  let open = true;
  if (shown) out.on('error', ignore);
  return {
    file,
    write(line) {
      file?.write(line);
      if (!shown || !open) return;
      try {
        out.write(pretty ? prettyLine(line, colour) : line);
      } catch {
        // as above, told synchronously
      }
    },
    close() {
      if (open && shown) out.off('error', ignore);
      open = false;
      file?.close();
    },
  };
}

function safeLine(line: string, scrub: (text: string) => string, clock: Clock): string {
  const text = scrub(line);
  if (text !== line && !isJson(text)) {
    // a secret that was a number, or a piece of JSON itself
    const time = new Date(clock.now()).toISOString();
    return safeLine(
      `${JSON.stringify({ level: 'WARNING', time, scrubbed: text, event: 'scrubbed line' })}\n`,
      (same) => same,
      clock,
    );
  }
  // Legal in JSON, but not on the terminal of whoever reads the file.
  return harmlessJson(text);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
