import { CodedError, EXIT } from '../../../base/errors.ts';
import { printChanges } from '../changes.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  name: 'retry',
  arguments: [
    {
      name: 'id',
      summary: 'ids of thoughts, or their first digits (4 at least)',
      required: false,
      many: true,
    },
  ],
  options: [{ flags: '--dead', summary: 'every thought that is dead' }],
  examples: [
    { line: 'consciousness retry 3f2a91c07d', does: 'Thinks this one again.' },
    { line: 'consciousness retry --dead', does: 'Gives everything that was given up another chance.' },
  ],
  exitCodes: { 0: 'all were put back', 1: 'at least one was not; each says why' },
  json: 'ChangeResult[]: id, ok, state, reason, replayedAs?',
  async run(context, args, options) {
    const dead = options['dead'] === true;
    if (dead === args.length > 0) {
      throw new CodedError('retry-what', 'retry needs ids, or --dead, and not both', {
        next: context.line('thoughts --state dead'),
        exitCode: EXIT.usage,
      });
    }
    const results = await (await context.client()).retry(dead ? { dead: true } : { ids: [...args] });
    return printChanges(context, results, 'No thought is dead.');
  },
};
