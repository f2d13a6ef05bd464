import { CodedError, EXIT } from '../../../base/errors.ts';
import type { Command, Context } from '../command.ts';
import { askPerson } from '../init/ask.ts';
import { bytes } from '../phrases.ts';
import { readConfig } from '../problems.ts';
import { printTable } from '../table.ts';
import { type Place, placesOf } from '../uninstall/places.ts';
import { purge } from '../uninstall/purge.ts';
import { printWrapped } from '../wrap.ts';

export const command: Command = {
  name: 'uninstall',
  arguments: [],
  options: [
    { flags: '--purge', summary: 'remove configuration, rules, database and logs' },
    { flags: '--yes', summary: 'with --purge: do not ask' },
  ],
  examples: [
    { line: 'consciousness uninstall', does: 'What there is, where, how large, and how the package goes.' },
    { line: 'consciousness uninstall --purge', does: 'Removes it after one question; notes stay.' },
  ],
  exitCodes: { 0: 'listed, or removed', 1: 'nothing was removed', 75: 'a daemon runs for this home' },
  json: '{ "places": { "what", "path", "bytes", "stays": string | null }[], "kept": string[], "purged": boolean }',
  async run(context, _args, options) {
    const { out, json, line } = context;
    const isAsked = options['purge'] === true;
    const folders = await context.folders();
    const loaded = await readConfig(context);
    // The configuration itself refuses folders of yours within its own.
    if (isAsked && !loaded.ok) {
      throw new CodedError('purge-refused', 'the configuration has errors, so what is yours is not known', {
        next: line('config check'),
      });
    }
    const config = loaded.ok ? loaded.config : null;
    const places = await placesOf(folders, config);
    const isPurged = isAsked && (await mayPurge(context, options['yes'] === true));
    if (isPurged) await purge(places, folders.state);
    const kept =
      config === null
        ? null
        : [...new Set([...config.roots.map((root) => root.path), ...config.outputRoots])];
    if (json) {
      const shown = places.map(({ what, path, bytes: size, stays }) => ({ what, path, bytes: size, stays }));
      out.json({ places: shown, kept, purged: isPurged });
    } else print(context, places, kept ?? [], isPurged);
    return isAsked && !isPurged ? EXIT.failed : EXIT.ok;
  },
};

function print(context: Context, places: readonly Place[], kept: readonly string[], isPurged: boolean): void {
  const { out, line } = context;
  printTable(
    out,
    [
      { title: '' },
      { title: '' },
      { title: '', align: 'right' },
      { title: '', flexible: true, narrow: 'path' },
    ],
    [
      ...places.map(({ what, path, bytes: size, stays }) => [
        stays !== null ? (['yellow', 'stays'] as const) : isPurged ? (['red', 'removed'] as const) : '',
        what,
        bytes(size),
        path,
      ]),
      ...kept.map((path) => [['green', 'yours, stays'] as const, '', '', path]),
    ],
  );
  for (const { what, path, stays } of places)
    if (stays !== null) printWrapped(out, 2, ['yellow', what], ` ${path}: ${stays}`);
  if (places.length === 0) out.line('There is nothing of this program.');
  out.line();
  if (!isPurged)
    out.line('Nothing was removed. To remove what is not yours: ', ['bold', line('uninstall --purge')]);
  out.line('The program itself goes with ', ['bold', 'npm uninstall -g consciousness-orchestrator']);
}

async function mayPurge(context: Context, isSure: boolean): Promise<boolean> {
  const { line, out } = context;
  try {
    const { pid } = await (await context.client()).status();
    throw new CodedError('daemon-running', `a daemon runs for this home (pid ${pid})`, {
      next: line('stop'),
      exitCode: EXIT.busy,
    });
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'daemon-not-running') throw error;
  }
  if (isSure) return true;
  if (!out.isTty || !process.stdin.isTTY) {
    throw new CodedError('purge-asks', 'purging asks first, and this is no terminal', {
      allowed: 'a terminal, or --yes',
      next: line('uninstall --purge --yes'),
      exitCode: EXIT.usage,
    });
  }
  const ask = await askPerson(context);
  return ask.confirm(
    'Remove configuration, rules, database and logs? What was thought cannot be looked up then.',
    false,
  );
}
