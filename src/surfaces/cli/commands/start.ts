import { CodedError, EXIT } from '../../../base/errors.ts';
import type { StatusView } from '../../../contract/status-view.ts';
import type { Command, Context, Options } from '../command.ts';
import { runInForeground } from '../foreground.ts';
import { count, healthSpan } from '../phrases.ts';
import { printTable } from '../table.ts';
import type { Span } from '../terminal.ts';
import { oneLine, printWrapped } from '../wrap.ts';

/** Problems that the banner has room for. */
const PROBLEMS = 3;
/** Column in which what follows the banner's words begins. */
const LABELLED = 12;

export const command: Command = {
  name: 'start',
  arguments: [],
  options: [
    { flags: '--set <key=value...>', summary: 'a configuration value for this run: --set log_level=DEBUG' },
    { flags: '--quiet', summary: 'show the banner, but not what happens' },
    {
      flags: '--fresh-database',
      summary: 'where the database is damaged and there is no backup: begin with an empty one',
    },
    { flags: '--verbose', summary: 'show also every step on the way, and changes that no rule is about' },
  ],
  examples: [
    { line: 'consciousness start', does: 'Watches, thinks and writes until Ctrl-C.' },
    {
      line: 'consciousness start --home ./demo --set lm_studio.timeout=60',
      does: 'With everything in one folder, and one value changed.',
    },
  ],
  exitCodes: {
    0: 'stopped, by Ctrl-C, SIGTERM or the stop command; what ran was finished',
    70: 'a defect, or the database was lost; the last lines say which',
    75: 'another daemon already runs for this home',
    78: 'the configuration, the rules, the database or the machine do not fit; says what to change',
    130: 'a second Ctrl-C: ended at once; what ran is done again at the next start',
  },
  json: 'a StatusView on one line once it is ready, then a LiveEvent a line',
  async run(context, _args, options) {
    return runInForeground(context, {
      flags: flagsOf(options),
      freshDatabase: options['freshDatabase'] === true,
      live: options['quiet'] !== true,
      verbose: options['verbose'] === true,
      onReady(info) {
        if (context.json) context.out.jsonLine(info);
        else printBanner(context, info);
      },
    });
  },
};

/** What is watched, which rules there are, who thinks, and where notes go. */
function printBanner(context: Context, info: StatusView): void {
  const { out } = context;
  const roots = info.senses.flatMap((sense) => sense.roots);
  const rows: Span[][] = [
    ...roots.map((root): Span[] => [
      'watching',
      root.path,
      healthSpan(root.state),
      root.detail || count(root.files, 'file'),
    ]),
    ...info.rules.map((rule): Span[] => ['rule', rule.name, rule.models.join(', '), oneLine(rule.wokenBy)]),
    ...info.providers.map((provider): Span[] => [
      'model',
      provider.name,
      healthSpan(provider.state),
      provider.reason || (provider.loaded ?? provider.models.join(', ')),
    ]),
    ...info.outputRoots.map((folder): Span[] => ['notes in', folder]),
  ];
  if (roots.length === 0) {
    const line = 'file_watcher: { watch_paths: [~/Inbox] }';
    rows.unshift([
      'watching',
      ['yellow', 'nothing'],
      '',
      `add to ${info.home.config}/config.yaml a line such as  ${line}`,
    ]);
  }
  if (info.rules.length === 0) rows.push(['rule', ['yellow', 'none'], '', `write one in ${info.home.rules}`]);
  out.line(['bold', `Consciousness ${info.version}`], ['dim', ` · pid ${info.pid}`]);
  printTable(
    out,
    [
      { title: '' },
      { title: '', flexible: true, narrow: 'path' },
      { title: '', flexible: true },
      { title: '', flexible: true, narrow: 'wrap' },
    ],
    rows,
    2,
  );
  for (const problem of info.problems.slice(0, PROBLEMS)) {
    printWrapped(out, LABELLED, '  ', ['red', 'problem   '], oneLine(problem));
  }
  if (info.problems.length > PROBLEMS) {
    const more = info.problems.length - PROBLEMS;
    printWrapped(out, LABELLED, '            ', `… ${more} more: `, context.line('rules check'));
  }
  printWrapped(out, LABELLED, '  stop      Ctrl-C, or ', context.line('stop'));
  out.line();
}

function flagsOf(options: Options): Record<string, string> {
  const given = options['set'];
  const pairs = Array.isArray(given) ? given : [];
  return Object.fromEntries(
    pairs.map((pair: string) => {
      const at = pair.indexOf('=');
      if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)];
      throw new CodedError('set-invalid', '--set is not key=value', {
        value: pair,
        allowed: 'a dotted key of the configuration, =, and a value: log_level=DEBUG',
        exitCode: EXIT.usage,
      });
    }),
  );
}
