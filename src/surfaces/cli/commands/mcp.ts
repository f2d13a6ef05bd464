import { homedir } from 'node:os';
import { EXIT, messageOf } from '../../../base/errors.ts';
import { createSystemRandom } from '../../../base/random.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  name: 'mcp',
  arguments: [],
  options: [{ flags: '--act', summary: 'also offer the tool think; without it clients can only look' }],
  examples: [
    {
      line: 'consciousness mcp',
      does: 'What an MCP client is told to start: it may look, and change nothing.',
    },
    { line: 'consciousness mcp --act', does: 'The client may also have something thought about.' },
  ],
  exitCodes: { 0: 'standard input ended, or it was told to end', 1: 'a message was too long' },
  json: null,
  async run(context, _args, options) {
    const { err, signal, clock, version, line } = context;
    // Others that only list the commands need not load all of this.
    const [{ createClient }, { serveOverStdio }] = await Promise.all([
      import('../../unix-client.ts'),
      import('../../mcp/stdio.ts'),
    ]);
    const { socket } = await context.folders();
    const where = { socket, start: line('start') };
    if (err.isTty)
      err.line('MCP clients start this and speak to it: docs/mcp.md says how to tell them. Ctrl-C ends it.');
    const end = await serveOverStdio({
      given: {
        ...{ act: options['act'] === true, clock, version, line, homedir: homedir() },
        random: createSystemRandom(),
        ask: (until) => createClient(where, until),
        report(error) {
          err.line(['yellow', 'mcp'], ': ', messageOf(error).slice(0, 300));
        },
      },
      input: context.stdin(),
      send: (message) => context.out.jsonLine(message),
      signal,
    });
    return end === 'refused' ? EXIT.failed : EXIT.ok;
  },
};
