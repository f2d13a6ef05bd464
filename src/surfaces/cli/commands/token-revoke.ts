import { CodedError, EXIT } from '../../../base/errors.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  name: 'token revoke',
  arguments: [
    {
      name: 'which',
      summary: 'the name or the id of a token, or `dashboard` for every open dashboard',
      required: false,
      many: false,
    },
  ],
  options: [{ flags: '--all', summary: 'every token and every open dashboard' }],
  examples: [
    {
      line: 'consciousness token revoke prometheus',
      does: 'Nobody is let in with it, and what is being streamed to it ends.',
    },
    { line: 'consciousness token revoke --all', does: 'The port is closed, too.' },
  ],
  exitCodes: { 0: 'revoked', 1: 'there is no such token' },
  json: 'Token[]: those that were revoked',
  async run(context, [which], options) {
    if ((which === undefined) !== (options['all'] === true)) {
      throw new CodedError('token-which', 'it takes a token, or --all', {
        allowed: 'a name, an id, or --all',
        next: context.line('token list'),
        exitCode: EXIT.usage,
      });
    }
    const revoked = await (await context.client()).revokeTokens(
      which === undefined ? { all: true } : { which },
    );
    if (context.json) context.out.json(revoked);
    else if (revoked.length === 0) context.out.line('There was no token.');
    for (const { name, id } of context.json ? [] : revoked)
      context.out.line(['green', 'revoked'], `  ${name}  `, ['dim', id]);
    return EXIT.ok;
  },
};
