import type { Command } from '../command.ts';
import { type Decided, printDecided, refused, unknown } from '../inbox/decide.ts';
import { isAboutOne, named } from '../inbox/which.ts';

export const command: Command = {
  name: 'inbox reject',
  arguments: [
    {
      name: 'id',
      summary: "thoughts' ids or their first digits (4 at least), each with #2 for its second output only",
      required: true,
      many: true,
    },
  ],
  options: [],
  examples: [
    { line: 'consciousness inbox reject 3f2a91c07d', does: 'Nothing is written, and it waits no more.' },
  ],
  exitCodes: { 0: 'all were denied', 1: 'at least one was not; each says why' },
  json: 'Decided[]: thought, position, ok, state, target, reason',
  async run(context, ids) {
    const client = await context.client();
    const results: Decided[] = [];
    for (const id of ids) {
      try {
        for (const row of await named(client, id)) {
          try {
            const { state } = await client.reject(row.thought, row.position);
            results.push({ ...refused(row, ''), ok: true, state });
          } catch (error) {
            if (!isAboutOne(error)) throw error;
            results.push(refused(row, error.message));
          }
        }
      } catch (error) {
        if (!isAboutOne(error)) throw error;
        results.push(unknown(id, error.message));
      }
    }
    return printDecided(context, results);
  },
};
