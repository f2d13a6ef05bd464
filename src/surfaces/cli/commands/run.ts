import { CodedError, EXIT } from '../../../base/errors.ts';
import type { RunView } from '../../../contract/api.ts';
import type { Client } from '../../client.ts';
import type { Command, Context } from '../command.ts';
import { givenPath } from '../given-path.ts';
import { count, short } from '../phrases.ts';
import { printTable } from '../table.ts';

/** Files that are told of one by one; of more, only how many. */
const MOST_SHOWN = 20;

export const command: Command = {
  name: 'run',
  arguments: [
    { name: 'rule', summary: 'name of a rule about files', required: true, many: false },
    { name: 'file', summary: 'files in a watched folder', required: false, many: true },
  ],
  options: [
    { flags: '--existing', summary: 'every file that the paths of the rule match' },
    { flags: '--again', summary: 'also what this version of the rule has thought about already' },
  ],
  examples: [
    { line: 'consciousness run inbox ~/Inbox/scan_0412.pdf', does: 'Thinks about this file next.' },
    {
      line: 'consciousness run inbox --existing',
      does: 'Thinks about everything that was there before the rule, when nothing else is to do.',
    },
  ],
  exitCodes: {
    0: 'queued',
    1: 'at least one file was not queued, and why is said; or there is no such rule',
  },
  json: 'RunView: queued, notQueued, results (path, queued, thought, reason)',
  async run(context, [rule = '', ...files], options) {
    const existing = options['existing'] === true;
    if (existing === files.length > 0) {
      throw new CodedError('run-which', 'which files are to be thought about?', {
        allowed: 'either names of files, or --existing',
        exitCode: EXIT.usage,
      });
    }
    const client = await context.client();
    const again = options['again'] === true;
    const view = existing
      ? await client.run({ rule, existing, again })
      : await client.run({ rule, again, paths: await pathsOf(context, client, files) });
    if (context.json) context.out.json(view);
    else print(context, view, existing);
    return existing || view.notQueued === 0 ? EXIT.ok : EXIT.failed;
  },
};

/** As the daemon knows them: a root may itself be configured by way of a symbolic link. */
async function pathsOf(context: Context, client: Client, files: readonly string[]): Promise<string[]> {
  const roots = (await client.status()).senses.flatMap((sense) => sense.roots.map(({ path }) => path));
  return Promise.all(
    files.map(async (file) => {
      const [likeliest = '', ...others] = await givenPath(file, context.cwd);
      const isWatched = (path: string) => roots.some((root) => path.startsWith(`${root}/`));
      return [likeliest, ...others].find(isWatched) ?? likeliest;
    }),
  );
}

function print({ out, line }: Context, view: RunView, existing: boolean): void {
  const shown = existing && view.results.length > MOST_SHOWN ? [] : view.results;
  printTable(
    out,
    [{ title: '' }, { title: '' }, { title: '', flexible: true, narrow: 'wrap' }],
    shown.map(({ path, queued, thought, reason }) => [
      queued ? ['green', 'queued'] : ['yellow', 'not queued'],
      thought === null ? '-' : short(thought),
      reason === '' ? path : `${path}: ${reason}`,
    ]),
  );
  if (existing) {
    const others = view.notQueued === 0 ? '' : `; ${view.notQueued} were thought about before`;
    out.line(`${count(view.queued, 'file')} queued${others}`);
  }
  if (view.queued > 0) out.line(['dim', `See how it goes: ${line('tail')}`]);
}
