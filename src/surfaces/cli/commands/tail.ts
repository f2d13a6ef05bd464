import { CodedError, EXIT } from '../../../base/errors.ts';
import type { Client } from '../../client.ts';
import type { Command, Context } from '../command.ts';
import { createLiveView, type LiveView } from '../live-view.ts';

export const command: Command = {
  name: 'tail',
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
    const { out, err, json } = context;
    const client = await context.client();
    const events = await client.events({ tokens: out.isTty && !out.isPlain && !json });
    const view = json ? null : await liveView(context, client, options['verbose'] === true);
    if (!json) err.line(['dim', 'listening; Ctrl-C ends this, not the daemon']);
    const ended = new AbortController();
    const drawing = view?.run(AbortSignal.any([context.signal, ended.signal]));
    try {
      for await (const event of events) {
        if (view !== null) view.show(event);
        else if (event.type !== 'token' && event.type !== 'begin') out.jsonLine(event);
      }
    } catch (error) {
      if (!(error instanceof CodedError) || error.code !== 'daemon-lost') throw error;
      out.status();
      err.line(['yellow', 'the daemon went away']);
      return EXIT.unavailable;
    } finally {
      ended.abort();
      await drawing;
    }
    if (!json) err.line(['dim', 'the daemon has stopped']);
    return EXIT.ok;
  },
};

async function liveView(context: Context, client: Client, verbose: boolean): Promise<LiveView> {
  return createLiveView(context, { info: await client.status(), verbose, status: () => client.status() });
}
