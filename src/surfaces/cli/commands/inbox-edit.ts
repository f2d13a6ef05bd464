import { CodedError, EXIT } from '../../../base/errors.ts';
import type { ProposalView } from '../../../contract/proposal.ts';
import type { Command, Context } from '../command.ts';
import { printForeseen } from '../foreseen.ts';
import { approveAndWait, printDecided, refused } from '../inbox/decide.ts';
import { edit } from '../inbox/editor.ts';
import { named } from '../inbox/which.ts';
import { askPerson } from '../init/ask.ts';

export const command: Command = {
  name: 'inbox edit',
  arguments: [
    {
      name: 'id',
      summary: "a thought's id or its first digits (4 at least), with #2 for its second output",
      required: true,
      many: false,
    },
  ],
  options: [{ flags: '--yes', summary: 'approve what the editor leaves without asking' }],
  examples: [
    {
      line: 'consciousness inbox edit 3f2a91c07d',
      does: 'Opens it in $VISUAL or $EDITOR, shows the diff, asks, and writes what you made of it.',
    },
  ],
  exitCodes: { 0: 'it was applied as you edited it', 1: 'it was not; says why' },
  json: 'Decided[]: thought, position, ok, state, target, reason',
  async run(context, [id = ''], options) {
    const isSure = options['yes'] === true;
    const { out, line } = context;
    if (!isSure && !(out.isTty && process.stdin.isTTY)) {
      throw new CodedError(
        'inbox-asks',
        'what you edited is shown and asked about, and this is no terminal',
        {
          allowed: 'a terminal, or --yes',
          next: `${line('inbox edit --yes')} ${id}`,
          exitCode: EXIT.usage,
        },
      );
    }
    const client = await context.client();
    const [row, ...others] = await named(client, id);
    if (row === undefined || others.length > 0) {
      throw new CodedError('inbox-which', 'one proposal is edited at a time', {
        value: id,
        allowed: [row, ...others].map((each) => `${id}#${(each?.position ?? 0) + 1}`).join(', '),
        exitCode: EXIT.usage,
      });
    }
    const view = await client.proposal(row.thought, row.position);
    const digest = editableDigest(view);
    const content = await edit(context, view.content, endingOf(view.target));
    if (content === view.content)
      return printDecided(context, [
        refused(view, 'it was not changed, and still waits: approve it as it is'),
      ]);
    if (!isSure) {
      const { mode, target } = view;
      const before = mode === 'append' ? null : view.before;
      printForeseen(out, { mode, target, before, after: content, reason: '' }, Number.POSITIVE_INFINITY);
      if (!(await confirmed(context)))
        return printDecided(context, [refused(view, 'not approved: it still waits')]);
    }
    return printDecided(context, [await approveAndWait(context, client, view, { digest, content })]);
  },
};

async function confirmed(context: Context): Promise<boolean> {
  return (await askPerson(context)).confirm('Do this?', false);
}

function editableDigest({ editable, digest, kind, held }: ProposalView): string {
  if (!editable) {
    throw new CodedError(
      'proposal-not-editable',
      `what an output of the kind ${kind} does cannot be edited`,
      {
        allowed: 'what is written whole, or appended',
        next: 'approve it as it is, or reject it and change its rule',
      },
    );
  }
  if (digest !== null) return digest;
  throw new CodedError('proposal-held', `it cannot be applied now: ${held}`);
}

/** So that the editor knows what it is. */
function endingOf(path: string): string {
  return /\.[a-z0-9]{1,10}$/i.exec(path)?.[0] ?? '.txt';
}
