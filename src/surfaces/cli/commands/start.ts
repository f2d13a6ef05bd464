import { CodedError, EXIT } from '../../../base/errors.ts';
import type { LiveEvent, StatusView } from '../../../contract/api.ts';
import type { RunOptions } from '../../daemon.ts';
import type { Command, Context, Options } from '../command.ts';
import { printLive } from '../live.ts';
import { count, healthSpan } from '../phrases.ts';
import { printTable } from '../table.ts';
import type { Span } from '../terminal.ts';

export const command: Command = {
  name: 'start',
  summary: 'Start the daemon in the foreground and show what happens',
  arguments: [],
  options: [
    { flags: '--set <key=value...>', summary: 'a configuration value for this run: --set log_level=DEBUG' },
    { flags: '--quiet', summary: 'show the banner, but not what happens' },
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
    78: 'the configuration, the rules or the machine do not fit; says what to change',
    130: 'a second Ctrl-C: ended at once; what ran is done again at the next start',
  },
  json: 'a StatusView on one line once it is ready, then a LiveEvent a line',
  async run(context, _args, options) {
    const { err, json } = context;
    context.signal.addEventListener(
      'abort',
      () => err.line(['yellow', 'stopping'], ': what runs is finished first; Ctrl-C again ends at once'),
      { once: true },
    );
    // What happens while it begins is told beneath the banner.
    let early: LiveEvent[] | null = [];
    const run: RunOptions = {
      ...(context.home === null ? {} : { home: context.home }),
      flags: flagsOf(options),
      onReady: (info) => {
        if (json) context.out.jsonLine(info);
        else printBanner(context, info);
        const before = early ?? [];
        early = null;
        for (const event of before) show(context, event);
      },
      onLive: (event) => {
        if (options['quiet'] === true) return;
        if (early === null) show(context, event);
        else if (event.type !== 'token') early.push(event);
      },
      signal: context.signal,
    };
    const { code, reason } = await context.runDaemon(run);
    const [first = '', ...details] = reason.split('\n');
    if (code === EXIT.ok) err.line(['dim', first]);
    else err.line(['red', 'stopped'], ': ', first);
    for (const line of details) err.line(line);
    return code;
  },
};

function show({ out, json, clock }: Context, event: LiveEvent): void {
  if (event.type === 'token') return;
  if (json) out.jsonLine(event);
  else printLive(out, event, clock.now());
}

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
    ...info.rules.map((rule): Span[] => [
      'rule',
      rule.name,
      rule.models.join(', '),
      rule.paths.join(', ') || 'on request',
    ]),
    ...info.providers.map((provider): Span[] => [
      'model',
      provider.name,
      healthSpan(provider.state),
      provider.reason || (provider.loaded ?? provider.models.join(', ')),
    ]),
    ...info.outputRoots.map((folder): Span[] => ['notes in', folder]),
  ];
  if (roots.length === 0)
    rows.unshift(['watching', ['yellow', 'nothing'], '', `name folders in ${info.home.config}`]);
  if (info.rules.length === 0) rows.push(['rule', ['yellow', 'none'], '', `write one in ${info.home.rules}`]);
  out.line(['bold', `Consciousness ${info.version}`], ['dim', ` · pid ${info.pid}`]);
  printTable(
    out,
    [{ title: '' }, { title: '' }, { title: '', flexible: true }, { title: '', flexible: true }],
    rows,
    2,
  );
  for (const problem of info.problems) out.line('  ', ['red', 'problem'], '   ', problem);
  out.line('  stop      Ctrl-C, or ', context.line('stop'));
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
