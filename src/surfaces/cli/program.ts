import { Command as Parser } from 'commander';
import { type Command, type Options, SHARED_EXIT_CODES } from './command.ts';
import { COMMANDS, GLOBAL_OPTIONS, GROUPS } from './registry.ts';

/** What was typed, once it is understood. */
export interface Invocation {
  command: Command;
  args: readonly string[];
  options: Options;
  home: string | null;
  json: boolean;
}

export interface ProgramOptions {
  version: string;
  /** Columns for wrapping help. */
  columns: number;
  /** Those that were loaded because they were typed, by name; of all others only the summary is told. */
  commands: ReadonlyMap<string, Command>;
  writeOut(text: string): void;
  writeErr(text: string): void;
  found(invocation: Invocation): void;
}

/**
 * The command line as a commander program: `found` is called with the command that was typed. Throws commander's
 * error with `exitCode` where nothing is to be run (help, version, a mistake), after having written it.
 */
export function createProgram(options: ProgramOptions): Parser {
  const program = new Parser('consciousness')
    .description('Senses, attention, memory and hands for a local model.')
    .version(options.version, '--version', 'print the version')
    .helpOption('-h, --help', 'say how it is used')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({
      writeOut: options.writeOut,
      writeErr: options.writeErr,
      getOutHelpWidth: () => Math.min(options.columns, 110),
      getErrHelpWidth: () => Math.min(options.columns, 110),
    })
    .showHelpAfterError('(--help says how it is used)');
  for (const option of GLOBAL_OPTIONS) program.option(option.flags, option.summary);
  program.addHelpText(
    'after',
    '\nBegin with:\n  $ consciousness init\n  $ consciousness start\n\nA command with --help shows its options, examples and exit codes.',
  );

  const groups = new Map<string, Parser>();
  for (const [name, { summary }] of Object.entries(COMMANDS)) {
    const about = { summary, command: options.commands.get(name) };
    const [first = '', second] = name.split(' ');
    if (second === undefined) {
      const parser = program.command(first);
      describe(parser, about, program, options.found);
      // Commands such as `rules check` may follow, beside `rules` itself.
      if (first in GROUPS) groups.set(first, parser);
      continue;
    }
    let group = groups.get(first);
    if (group === undefined) {
      group = program
        .command(first)
        .summary(GROUPS[first] ?? '')
        .description(`${GROUPS[first] ?? ''}.`);
      groups.set(first, group);
      group.addHelpText('after', () => groupHelp(first, options.commands));
    }
    describe(group.command(second), about, program, options.found);
  }
  return program;
}

function describe(
  parser: Parser,
  { summary, command }: { summary: string; command: Command | undefined },
  program: Parser,
  found: (invocation: Invocation) => void,
): void {
  parser.summary(summary).description(`${summary}.`);
  if (command === undefined) return;
  for (const argument of command.arguments) {
    const name = argument.many ? `${argument.name}...` : argument.name;
    parser.argument(argument.required ? `<${name}>` : `[${name}]`, argument.summary);
  }
  for (const option of command.options) parser.option(option.flags, option.summary);
  parser.addHelpText('after', afterHelp(command));
  parser.action(() => {
    const { home, json } = program.opts();
    found({
      command,
      args: parser.args,
      options: parser.opts(),
      home: typeof home === 'string' ? home : null,
      json: json === true,
    });
  });
}

/** The examples of every command in a group; those not loaded were not asked for. */
function groupHelp(group: string, commands: ProgramOptions['commands']): string {
  const examples = [...commands].flatMap(([name, command]) =>
    name.startsWith(`${group} `) ? command.examples : [],
  );
  if (examples.length === 0) return '';
  return ['', 'Examples:', ...exampleLines(examples)].join('\n');
}

function exampleLines(examples: Command['examples']): string[] {
  return examples.flatMap(({ line, does }) => [`  $ ${line}`, `      ${does}`]);
}

function afterHelp(command: Command): string {
  const examples = exampleLines(command.examples);
  const codes = Object.entries({ ...SHARED_EXIT_CODES, ...command.exitCodes });
  const json = command.json === null ? [] : ['', 'With --json:', `  ${command.json} (shapes: docs/cli.md)`];
  return [
    '',
    examples.length > 2 ? 'Examples:' : 'Example:',
    ...examples,
    '',
    'Exit codes:',
    ...codes.map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`),
    ...json,
  ].join('\n');
}
