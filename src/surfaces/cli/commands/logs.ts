import { CodedError, EXIT } from '../../../base/errors.ts';
import { prettyParts } from '../../../base/log-pretty.ts';
import { type Command, type Context, type Options, textOption } from '../command.ts';
import { closeAll, openLogFiles } from '../logs/files.ts';
import { followLog } from '../logs/follow.ts';
import { lastLines } from '../logs/last.ts';
import { isWanted, type LineFilter, type LogLine, lineOf } from '../logs/line.ts';
import { parseSince } from '../since.ts';
import type { Span } from '../terminal.ts';

/** Lines shown where nothing says how many. */
const LINES = 50;
const MOST_LINES = 1_000_000;

export const command: Command = {
  name: 'logs',
  arguments: [],
  options: [
    { flags: '-f, --follow', summary: 'go on with what is logged from now on, until Ctrl-C' },
    { flags: '-n, --lines <number>', summary: `so many of the last lines (default: ${LINES})` },
    { flags: '--since <time>', summary: 'since then: 30m, 2h, 3d, 2026-11-22 or 2026-11-22T08:00' },
    {
      flags: '--level <level>',
      summary: 'only what is at least as severe: DEBUG, INFO, WARNING, ERROR, CRITICAL',
    },
  ],
  examples: [
    { line: 'consciousness logs -f', does: 'The last lines, and every new one.' },
    { line: 'consciousness logs --level warning --since 1d', does: "A day's warnings and errors." },
  ],
  exitCodes: { 0: 'shown', 1: 'there is no log yet' },
  json: 'the log lines as they are, a JSON object each',
  async run(context, _args, options) {
    const filter = await filterOf(context, options);
    const most = linesOption(options, filter.since === null ? LINES : MOST_LINES);
    const { logs: folder } = await context.folders();
    const isFollowing = options['follow'] === true;
    const show = printer(context);
    const files = await openLogFiles(folder);
    const [newest] = files;
    if (newest === undefined && !isFollowing) {
      throw new CodedError('no-log', 'nothing was logged yet', {
        value: `${folder}/consciousness.log`,
        next: context.line('start'),
      });
    }
    let readTo = 0;
    try {
      const last = await lastLines(files, filter, most);
      for (const line of last.lines) show(line);
      readTo = last.readTo;
    } finally {
      await closeAll(files);
    }
    if (!isFollowing) return EXIT.ok;
    if (newest === undefined)
      context.err.line(['dim', `no log files yet in ${folder}: waiting for a daemon`]);
    const from = newest === undefined ? null : { identity: newest.identity, offset: readTo };
    const { clock, signal } = context;
    for await (const text of followLog({ folder, from, clock, signal })) {
      const line = lineOf(text);
      if (isWanted(line, filter)) show(line);
    }
    return EXIT.ok;
  },
};

async function filterOf(context: Context, options: Options): Promise<LineFilter> {
  const since = textOption(options, 'since');
  const level = textOption(options, 'level');
  const levels = level === undefined ? null : await levelsFrom(level);
  return { since: since === undefined ? null : parseSince(since, context.clock.now()), levels };
}

/** The levels that are as severe as the one named, or more. */
async function levelsFrom(name: string): Promise<string[]> {
  const { LOG_LEVELS } = await import('../../../contract/config.ts');
  const levels: readonly string[] = LOG_LEVELS;
  const at = levels.indexOf(name.toUpperCase());
  if (at !== -1) return levels.slice(at);
  throw new CodedError('log-level-unknown', '--level is no log level', {
    value: name,
    allowed: `${LOG_LEVELS.join(', ')}, in any case`,
    exitCode: EXIT.usage,
  });
}

function linesOption(options: Options, otherwise: number): number {
  const text = textOption(options, 'lines');
  if (text === undefined) return otherwise;
  const lines = Number(text);
  if (/^\d+$/.test(text) && lines <= MOST_LINES) return lines;
  throw new CodedError('lines-invalid', '--lines is not a number of lines', {
    value: text,
    allowed: `0 to ${MOST_LINES}`,
    exitCode: EXIT.usage,
  });
}

/** Prints line after line, and says where another day begins: lines tell the time only. */
function printer({ out, json, clock }: Context): (line: LogLine) => void {
  let day = new Date(clock.now()).toDateString();
  return ({ text, entry }) => {
    if (json) {
      if (entry !== null) out.jsonLine(entry);
      return;
    }
    // A line that a power cut tore is shown as it is.
    if (entry === null) return out.line(['dim', text]);
    const at = new Date(String(entry['time']));
    if (at.toDateString() !== day && !Number.isNaN(at.getTime())) {
      day = at.toDateString();
      out.line(['dim', `--- ${day} ---`]);
    }
    for (const parts of prettyParts(entry)) {
      out.line(
        ...parts.map(({ kind, text: part }): Span => {
          if (kind === 'level') return [LEVEL_STYLE[part.trimEnd()] ?? 'bold', part];
          if (kind === 'event') return ['bold', part];
          return kind === 'name' || kind === 'stack' ? ['dim', part] : part;
        }),
      );
    }
  };
}

const LEVEL_STYLE: Record<string, 'dim' | 'green' | 'yellow' | 'red'> = {
  DEBUG: 'dim',
  INFO: 'green',
  WARNING: 'yellow',
  ERROR: 'red',
  CRITICAL: 'red',
};
