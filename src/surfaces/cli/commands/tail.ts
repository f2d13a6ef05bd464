import { CodedError, EXIT } from '../../../base/errors.ts';
import type { DroppedEvents, LiveEvent } from '../../../contract/api.ts';
import type { Command } from '../command.ts';
import { createLive, placesOf } from '../live.ts';

export const command: Command = {
  name: 'tail',
  summary: 'Show what happens, as it happens',
  arguments: [],
  options: [
    { flags: '--verbose', summary: 'show also every step on the way, and changes that no rule is about' },
  ],
  examples: [
    { line: 'consciousness tail', does: 'What is perceived, thought and written, until Ctrl-C.' },
    {
      line: 'consciousness tail --json | jq \'select(.type == "output")\'',
      does: 'Every file that is written.',
    },
  ],
  exitCodes: { 0: 'the daemon stopped' },
  json: 'a LiveEvent a line (without tokens), or DroppedEvents where the reader was too slow',
  async run(context, _args, options) {
    const client = await context.client();
    const events = await client.events({ tokens: false });
    const places = context.json ? [] : placesOf(await client.status());
    const print = createLive(context.out, { verbose: options['verbose'] === true, places });
    if (!context.json) context.err.line(['dim', 'listening; Ctrl-C ends this, not the daemon']);
    try {
      for await (const event of events) show(event);
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'daemon-lost') throw error;
      context.err.line(['yellow', 'the daemon went away']);
      return EXIT.unavailable;
    }
    if (!context.json) context.err.line(['dim', 'the daemon has stopped']);
    return EXIT.ok;

    function show(event: LiveEvent | DroppedEvents): void {
      if (context.json) context.out.jsonLine(event);
      else print(event, context.clock.now());
    }
  },
};
