import type { ProposalRow } from '../../../contract/proposal.ts';
import type { Command, Context } from '../command.ts';
import { expiryOf, idOf, whatOf } from '../inbox/what.ts';
import { ago } from '../phrases.ts';
import { printTable } from '../table.ts';

export const command: Command = {
  name: 'inbox',
  arguments: [],
  options: [],
  examples: [
    { line: 'consciousness inbox', does: 'What would be done, why it waits, and when it is denied.' },
    { line: 'consciousness inbox --json | jq length', does: 'How many outputs wait.' },
  ],
  exitCodes: { 0: 'listed, also where nothing waits' },
  json: 'ProposalRow[]: thought, position, rule, subject, kind, mode, target, source, reason, bytes, proposedAt, expiresAt',
  async run(context) {
    const rows = await (await context.client()).proposals(null);
    if (context.json) context.out.json(rows);
    else if (rows.length === 0) context.out.line('Nothing waits for you.');
    else printRows(context, rows);
    return 0;
  },
};

function printRows({ out, clock, env, line }: Context, rows: readonly ProposalRow[]): void {
  const now = clock.now();
  printTable(
    out,
    [
      { title: 'ID' },
      { title: 'RULE', flexible: true },
      { title: 'WHAT', flexible: true, narrow: 'path' },
      { title: 'WHY', flexible: true },
      { title: 'WAITS', align: 'right' },
      { title: 'DENIED', align: 'right' },
    ],
    rows.map((row) => [
      ['dim', idOf(row, rows)],
      row.rule,
      whatOf(row, env['HOME']),
      row.reason,
      ago(row.proposedAt, now),
      expiryOf(row, now),
    ]),
  );
  if (!out.isTty) return;
  out.line();
  out.line('See all of one with  ', ['bold', `${line('inbox show')} ID`]);
  out.line('Decide with          ', ['bold', `${line('inbox approve')} ID`], ', or reject, or edit');
}
