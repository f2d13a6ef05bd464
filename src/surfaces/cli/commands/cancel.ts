import { printChanges } from '../changes.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  name: 'cancel',
  arguments: [
    {
      name: 'id',
      summary: 'ids of thoughts, or their first digits (4 at least)',
      required: true,
      many: true,
    },
  ],
  options: [],
  examples: [
    { line: 'consciousness cancel 3f2a91c07d', does: 'Takes it out of the queue; retry puts it back.' },
  ],
  exitCodes: { 0: 'all were cancelled', 1: 'at least one was not; each says why' },
  json: 'ChangeResult[]: id, ok, state, reason',
  async run(context, args) {
    return printChanges(context, await (await context.client()).cancel([...args]), 'Nothing to cancel.');
  },
};
