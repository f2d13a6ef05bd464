import { CodedError, EXIT } from '../../../base/errors.ts';
import type { DroppedEvents, LiveEvent } from '../../../contract/api.ts';
import type { Command } from '../command.ts';
import { printLive } from '../live.ts';

export const command: Command = {
  name: 'tail',
  summary: 'Show what happens, as it happens',
  arguments: [],
  options: [],
  examples: [
    { line: 'consciousness tail', does: 'What is perceived, thought and written, until Ctrl-C.' },
    {
      line: 'consciousness tail --json | jq \'select(.type == "output")\'',
      does: 'Every file that is written.',
    },
  ],
  exitCodes: { 0: 'the daemon stopped' },
  json: 'a LiveEvent a line (without tokens), or DroppedEvents where the reader was too slow',
  async run(context) {
    const events = await (await context.client()).events({ tokens: false });
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
      else printLive(context.out, event, context.clock.now());
    }
  },
};
