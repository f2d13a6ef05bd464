import { CodedError, EXIT } from '../../../base/errors.ts';
import type { LiveEvent, StatusView } from '../../../contract/api.ts';
import type { RunOptions } from '../../daemon.ts';
import type { Command, Context, Options } from '../command.ts';
import { printLive } from '../live.ts';
import { count, healthSpan } from '../phrases.ts';
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
    const run: RunOptions = {
      ...(context.home === null ? {} : { home: context.home }),
      flags: flagsOf(options),
      onReady: (info) => (json ? context.out.jsonLine(info) : printBanner(context, info)),
      onLive: (event) => options['quiet'] !== true && show(context, event),
      signal: context.signal,
    };
    const { code, reason } = await context.runDaemon(run);
    if (code === EXIT.ok) err.line(['dim', reason]);
    else err.line(['red', 'stopped'], `: ${reason}`);
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
  const row = (name: string, ...spans: Span[]) => out.line('  ', ['dim', name.padEnd(8)], ...spans);
  const roots = info.senses.flatMap((sense) => sense.roots);
  out.line(['bold', `Consciousness ${info.version}`], ['dim', ` · pid ${info.pid}`]);
  for (const root of roots) {
    row('watching', root.path, '  ', healthSpan(root.state), [
      'dim',
      `  ${root.detail || count(root.files, 'file')}`,
    ]);
  }
  if (roots.length === 0)
    row('watching', ['yellow', 'nothing'], `: name folders in ${info.home.config}/config.yaml`);
  for (const rule of info.rules) {
    row('rule', rule.name, [
      'dim',
      `  ${rule.paths.join(', ') || 'on request'}  by ${rule.models.join(', ')}`,
    ]);
  }
  if (info.rules.length === 0) row('rule', ['yellow', 'none'], `: write one in ${info.home.rules}`);
  for (const provider of info.providers) {
    const detail = provider.reason || (provider.loaded ?? provider.models.join(', '));
    row('model', provider.name, '  ', healthSpan(provider.state), ['dim', detail && `  ${detail}`]);
  }
  for (const folder of info.outputRoots) row('notes in', folder);
  for (const problem of info.problems) row('problem', ['red', problem]);
  row('stop', `Ctrl-C, or ${context.line('stop')}`);
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
