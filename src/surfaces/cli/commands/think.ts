import { CodedError, EXIT } from '../../../base/errors.ts';
import type { StreamEvent } from '../../../contract/live-event.ts';
import type { ThoughtView } from '../../../contract/thought-view.ts';
import type { Client } from '../../client.ts';
import { answerText } from '../answer.ts';
import { type Command, type Context, textOption } from '../command.ts';
import { outputSpan, short } from '../phrases.ts';
import { readPipedText } from '../piped-text.ts';

/** Milliseconds without a sign of it after which somebody wonders. */
const PATIENCE_MS = 2000;

export const command: Command = {
  name: 'think',
  arguments: [
    { name: 'text', summary: 'what to think about; - reads standard input', required: true, many: false },
  ],
  options: [
    { flags: '--rule <rule>', summary: 'a rule with `on: request` instead of the built-in one' },
    { flags: '--key <key>', summary: 'the same key again is the same thought: asked twice, thought once' },
    { flags: '--no-wait', summary: 'print the id and return at once' },
  ],
  examples: [
    { line: 'consciousness think "Why is the sky blue?"', does: 'Prints the answer as it comes.' },
    {
      line: 'make 2>&1 | consciousness think -',
      does: 'Thinks about what a build says. Of more than 950,000 characters, about the first and the last.',
    },
    {
      line: 'git diff | consciousness think - --rule review',
      does: 'Thinks about what is piped in, by a rule of yours.',
    },
  ],
  exitCodes: {
    0: 'done (with --no-wait: accepted)',
    1: 'dead or cancelled; says why',
    130: 'Ctrl-C: the thought stays queued',
  },
  json: 'ThoughtView once it is processed; with --no-wait ThoughtRow',
  async run(context, args, options) {
    const text = args[0] === '-' ? await pipedText(context) : (args[0] ?? '');
    const rule = textOption(options, 'rule');
    const key = textOption(options, 'key');
    const client = await context.client();
    const row = await client.think({
      text,
      ...(rule === undefined ? {} : { rule }),
      ...(key === undefined ? {} : { key }),
    });
    if (options['wait'] === false) {
      if (context.json) context.out.json(row);
      else context.out.line(row.id);
      return EXIT.ok;
    }
    try {
      return await follow(context, client, row.id);
    } catch (error) {
      if (context.signal.aborted) {
        context.err.line();
        context.err.line(
          'The thought stays queued. To see its answer: ',
          context.line(`show ${short(row.id)}`),
        );
      }
      throw error;
    }
  },
};

/** Prints tokens as they come and everything else on standard error, until the thought is processed. */
async function follow(context: Context, client: Client, id: string): Promise<number> {
  const { out, err, json, clock, signal } = context;
  let said = '';
  const say = (text: string) => {
    said += text;
    if (!json) out.text(text);
  };
  let reasoned = false;
  const begun = new AbortController();
  const waiting = clock.sleep(PATIENCE_MS, AbortSignal.any([signal, begun.signal])).then(
    () =>
      err.line(['yellow', 'waiting'], ': other thoughts come first', ['dim', ' (Ctrl-C leaves it queued)']),
    () => {}, // it began, or nobody waits any more
  );
  try {
    for await (const event of await client.stream(id)) {
      if (isSign(event)) begun.abort();
      switch (event.type) {
        case 'thought':
          say(event.text);
          break;
        case 'sent':
          if (said !== '' && !json) {
            out.text('\n');
            err.line(['yellow', 'trying again']);
          }
          said = '';
          break;
        case 'token':
          if (!event.reasoning) say(event.text);
          else if (!reasoned && err.isTty) err.line(['dim', 'reasoning…']);
          reasoned ||= event.reasoning;
          break;
        case 'held':
          if (event.reason !== '')
            err.line(['yellow', 'held'], `: ${event.reason}`, ['dim', ' (waiting; Ctrl-C leaves it queued)']);
          break;
        case 'state':
        case 'output':
          break;
        case 'end':
          return finish(context, event.thought, said);
        default:
          event satisfies never;
      }
    }
  } finally {
    begun.abort();
    await waiting;
  }
  throw new CodedError('daemon-lost', 'the daemon stopped before the thought was done; it stays queued', {
    next: context.line('start'),
    retryable: true,
    exitCode: EXIT.unavailable,
  });
}

/** Whether it says that the thought is no longer merely in the queue, or why it is. */
function isSign(event: StreamEvent): boolean {
  if (event.type === 'thought') return event.thought.state !== 'waiting' && event.thought.state !== 'ready';
  return event.type !== 'state' || (event.state !== 'waiting' && event.state !== 'ready');
}

function finish({ out, err, json, line }: Context, thought: ThoughtView, said: string): number {
  const code = thought.state === 'done' || thought.state === 'proposed' ? EXIT.ok : EXIT.failed;
  if (json) {
    out.json(thought);
    return code;
  }
  const answer = answerText(thought.answer);
  if (said !== '' && !said.endsWith('\n')) out.text('\n');
  // Not what was streamed: reused, mended by a repair, or from before this command listened.
  if (code === EXIT.ok && !sameText(said, thought.answer)) out.text(`${answer}\n`);
  if (code !== EXIT.ok) {
    err.line(['red', thought.state], `: ${thought.reason || 'no reason is known'}`);
    err.line(['dim', `details: ${line(`show ${short(thought.id)}`)}`]);
  }
  // Such as that it was cut off at the token limit.
  if (thought.state === 'done' && thought.reason !== '') err.line(['yellow', 'note'], `: ${thought.reason}`);
  for (const output of thought.outputs) {
    err.line(
      outputSpan(output.state),
      ` ${output.kind} `,
      output.target,
      output.reason && `: ${output.reason}`,
    );
  }
  return code;
}

function sameText(said: string, answer: unknown): boolean {
  if (typeof answer === 'string') return said.trim() === answer.trim();
  try {
    return JSON.stringify(JSON.parse(said)) === JSON.stringify(answer);
  } catch {
    return false;
  }
}

async function pipedText({ stdin, err }: Context): Promise<string> {
  const { text, leftOut } = await readPipedText(stdin());
  if (leftOut > 0)
    err.line(['yellow', 'long'], `: ${leftOut} characters in the middle of what was piped in are left out`);
  return text;
}
