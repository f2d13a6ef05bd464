import { EXIT } from '../../../base/errors.ts';
import type { TokenView } from '../../../contract/token-view.ts';
import type { Command, Context } from '../command.ts';
import { ago } from '../phrases.ts';
import { printTable } from '../table.ts';

export const command: Command = {
  name: 'token list',
  arguments: [],
  options: [],
  examples: [
    {
      line: 'consciousness token list',
      does: 'Every token and every open dashboard; never what is secret of it.',
    },
    {
      line: "consciousness token list --json | jq '.[] | select(.usedAt == null)'",
      does: 'Those that nobody ever used.',
    },
  ],
  exitCodes: { 0: 'listed, also where there is none' },
  json: 'Token[]: id, name, kind, scopes, createdAt, usedAt, expiresAt, expired',
  async run(context) {
    const tokens = await (await context.client()).tokens();
    if (context.json) context.out.json(tokens);
    else if (tokens.length === 0) context.out.line('There is no token, and no port is open.');
    else printTokens(context, tokens);
    return EXIT.ok;
  },
};

function printTokens({ out, clock, line }: Context, tokens: readonly TokenView[]): void {
  const now = clock.now();
  printTable(
    out,
    [
      { title: 'ID' },
      { title: 'NAME', flexible: true },
      { title: 'MAY' },
      { title: 'MADE', align: 'right' },
      { title: 'USED', align: 'right' },
      { title: 'ENDS', align: 'right' },
    ],
    tokens.map(({ id, name, scopes, createdAt, usedAt, expiresAt, expired }) => [
      ['dim', id],
      name,
      scopes.join(', '),
      ago(createdAt, now),
      usedAt === null ? 'never' : ago(usedAt, now),
      expired ? ['yellow', 'over'] : expiresAt === null ? 'never' : ago(expiresAt, now),
    ]),
  );
  if (!out.isTty) return;
  out.line();
  out.line('Let nobody in with one any more:  ', ['bold', `${line('token revoke')} NAME`]);
}
