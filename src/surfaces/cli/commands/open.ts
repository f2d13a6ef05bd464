import { EXIT } from '../../../base/errors.ts';
import { openInBrowser } from '../browser.ts';
import type { Command } from '../command.ts';
import { printWrapped } from '../wrap.ts';

export const command: Command = {
  name: 'open',
  arguments: [],
  options: [{ flags: '--print', summary: 'only print the link' }],
  examples: [
    { line: 'consciousness open', does: 'Opens the dashboard in your browser.' },
    { line: 'consciousness open --print', does: 'Prints the link, for a browser of your choice.' },
  ],
  exitCodes: { 0: 'the link was made' },
  json: 'Invitation: code, url, expiresAt',
  async run(context, _args, options) {
    const { out, err } = context;
    const invitation = await (await context.client()).invite();
    if (context.json) {
      out.json(invitation);
      return EXIT.ok;
    }
    const { url } = invitation;
    out.line(url);
    if (options['print'] === true || !out.isTty) return EXIT.ok;
    const why = await openInBrowser(url, context);
    if (why === null) err.line(['dim', 'Opened in your browser. The link is good for one use.']);
    else {
      printWrapped(err, 0, `Open it yourself: ${why}. It is good for one use, within a minute.`);
      if (context.env['SSH_CONNECTION']) {
        const { port } = new URL(url);
        err.line('There:  ', ['bold', `ssh -L ${port}:127.0.0.1:${port} HOST`]);
      }
    }
    return EXIT.ok;
  },
};
