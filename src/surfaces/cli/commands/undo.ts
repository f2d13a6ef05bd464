import { CodedError, EXIT } from '../../../base/errors.ts';
import type { Command } from '../command.ts';
import { count, short } from '../phrases.ts';
import { printTable } from '../table.ts';

export const command: Command = {
  name: 'undo',
  arguments: [
    {
      name: 'id',
      summary: 'id of a thought, or its first digits (4 at least)',
      required: false,
      many: false,
    },
  ],
  options: [{ flags: '--last', summary: 'the thought that wrote something last' }],
  examples: [
    {
      line: 'consciousness undo --last',
      does: 'New files go, replaced ones are as they were, appended blocks are taken out.',
    },
    { line: 'consciousness undo 3f2a91c07d', does: 'Takes back everything that this thought has written.' },
  ],
  exitCodes: {
    0: 'all of it was taken back',
    1: 'something stays, and why is said; or there is no such thought',
  },
  json: 'UndoResult[]: thought, position, kind, target, undone, reason',
  async run(context, [id], options) {
    if ((id === undefined) === (options['last'] !== true)) {
      throw new CodedError('undo-which', 'which thought is to be taken back?', {
        allowed: 'either an id, or --last',
        next: `list them with \`${context.line('thoughts --state done')}\``,
        exitCode: EXIT.usage,
      });
    }
    const client = await context.client();
    const results = await client.undo(id === undefined ? { last: true } : { id });
    const { out } = context;
    if (context.json) out.json(results);
    else if (results.length === 0) out.line('It has written nothing.');
    else {
      printTable(
        out,
        [{ title: '' }, { title: '' }, { title: '', flexible: true, narrow: 'wrap' }],
        results.map(({ undone, kind, target, reason }) => [
          undone ? ['green', 'undone'] : ['red', 'stays'],
          kind,
          undone ? target : reason,
        ]),
      );
      const undone = results.filter((result) => result.undone).length;
      const of = short(results[0]?.thought ?? '');
      out.line(['dim', `${count(undone, 'output')} of ${results.length} taken back (thought ${of})`]);
    }
    return results.every((result) => result.undone) ? EXIT.ok : EXIT.failed;
  },
};
