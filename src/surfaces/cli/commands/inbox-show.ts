import type { ProposalView } from '../../../contract/proposal.ts';
import type { Command } from '../command.ts';
import { printProposal } from '../inbox/print.ts';
import { idOf } from '../inbox/what.ts';
import { named } from '../inbox/which.ts';

export const command: Command = {
  name: 'inbox show',
  arguments: [
    {
      name: 'id',
      summary: "a thought's id or its first digits (4 at least), and #2 for its second output",
      required: true,
      many: false,
    },
  ],
  options: [],
  examples: [
    {
      line: 'consciousness inbox show 3f2a91c07d',
      does: 'The diff of the file, both names of a move, or all that would be sent.',
    },
    {
      line: "consciousness inbox show '3f2a91c07d#2' --json | jq -r '.[0].digest'",
      does: 'What stands for exactly this, for `inbox approve --digest`.',
    },
  ],
  exitCodes: { 0: 'shown', 1: 'nothing of that thought waits, or there is no such thought' },
  json: 'ProposalView[]: a ProposalRow with digest, content, before, after, note, editable, held',
  async run(context, [id = '']) {
    const { out } = context;
    const client = await context.client();
    const rows = await named(client, id);
    const views: ProposalView[] = [];
    for (const { thought, position } of rows) views.push(await client.proposal(thought, position));
    if (context.json) {
      out.json(views);
      return 0;
    }
    for (const [at, view] of views.entries()) {
      if (at > 0) out.line();
      printProposal(context, view, idOf(view, rows));
    }
    return 0;
  },
};
