import { CodedError, EXIT } from '../../../base/errors.ts';
import type { ProposalView } from '../../../contract/proposal.ts';
import type { Client } from '../../client.ts';
import { type Command, type Context, textOption } from '../command.ts';
import { approveAndWait, type Decided, printDecided, refused, unknown } from '../inbox/decide.ts';
import { printProposal } from '../inbox/print.ts';
import { idOf, whatOf } from '../inbox/what.ts';
import { isAboutOne, named } from '../inbox/which.ts';
import { askPerson } from '../init/ask.ts';
import { count } from '../phrases.ts';

export const command: Command = {
  name: 'inbox approve',
  arguments: [
    {
      name: 'id',
      summary: "thoughts' ids or their first digits (4 at least), each with #2 for its second output only",
      required: false,
      many: true,
    },
  ],
  options: [
    { flags: '--all', summary: 'everything that waits' },
    { flags: '--yes', summary: 'do not ask' },
    { flags: '--digest <digest>', summary: 'only what this stands for, as `inbox show --json` tells it' },
  ],
  examples: [
    {
      line: 'consciousness inbox approve 3f2a91c07d',
      does: 'Shows it, asks at a terminal, applies it, and says what was written.',
    },
    { line: 'consciousness inbox approve --all --yes', does: 'Everything that waits, unseen.' },
  ],
  exitCodes: {
    0: 'all of it was applied',
    1: 'at least one was not, or is held; each says why',
  },
  json: 'Decided[]: thought, position, ok, state, target, reason',
  async run(context, args, options) {
    const isAll = options['all'] === true;
    const isSure = options['yes'] === true;
    const digest = textOption(options, 'digest');
    if (isAll === args.length > 0 || (digest !== undefined && args.length !== 1)) throw which(context);
    const mayAsk = context.out.isTty && process.stdin.isTTY && !context.json && !isSure;
    if (isAll && !mayAsk && !isSure) throw cannotAsk(context);

    const client = await context.client();
    const results: Decided[] = [];
    const views = isAll ? await allOf(client, results) : await namedBy(client, args, results);
    if (digest !== undefined && views.length > 1) throw which(context);
    const wanted = mayAsk ? await asked(context, views, isAll, results) : views;
    for (const view of wanted) {
      const what = digest ?? view.digest;
      results.push(
        what === null
          ? refused(view, `it cannot be applied now: ${view.held}`)
          : await approveAndWait(context, client, view, { digest: what }),
      );
    }
    return printDecided(context, results);
  },
};

async function allOf(client: Client, results: Decided[]): Promise<ProposalView[]> {
  const views: ProposalView[] = [];
  for (const row of await client.proposals(null)) {
    try {
      views.push(await client.proposal(row.thought, row.position));
    } catch (error) {
      // Somebody has decided on it since it was listed.
      if (!isAboutOne(error)) throw error;
      results.push(refused(row, error.message));
    }
  }
  return views;
}

async function namedBy(client: Client, ids: readonly string[], results: Decided[]): Promise<ProposalView[]> {
  const views = new Map<string, ProposalView>();
  for (const id of ids) {
    try {
      for (const { thought, position } of await named(client, id))
        views.set(`${thought}#${position}`, await client.proposal(thought, position));
    } catch (error) {
      if (!isAboutOne(error)) throw error;
      results.push(unknown(id, error.message));
    }
  }
  return [...views.values()];
}

/** Those that a person says yes to. */
async function asked(
  context: Context,
  views: readonly ProposalView[],
  isAll: boolean,
  results: Decided[],
): Promise<ProposalView[]> {
  const { out, env } = context;
  const ask = await askPerson(context);
  if (isAll && views.length > 0) {
    for (const view of views) out.line('  ', ['dim', idOf(view, views)], `  ${whatOf(view, env['HOME'])}`);
    if (await ask.confirm(`Do all of this (${count(views.length, 'output')})?`, false)) return [...views];
    results.push(...views.map((view) => refused(view, 'not approved: it still waits')));
    return [];
  }
  const wanted: ProposalView[] = [];
  for (const view of views) {
    printProposal(context, view, idOf(view, views));
    if (view.digest === null || (await ask.confirm('Do this?', false))) wanted.push(view);
    else results.push(refused(view, 'not approved: it still waits'));
  }
  return wanted;
}

function which({ line }: Context): CodedError {
  return new CodedError('inbox-which', 'which proposals are to be approved?', {
    allowed: 'either ids, or --all; --digest with one id of one output only',
    next: line('inbox'),
    exitCode: EXIT.usage,
  });
}

function cannotAsk({ line }: Context): CodedError {
  return new CodedError('inbox-asks', 'approving everything asks first, and this is no terminal', {
    allowed: 'a terminal, or --yes',
    next: line('inbox approve --all --yes'),
    exitCode: EXIT.usage,
  });
}
