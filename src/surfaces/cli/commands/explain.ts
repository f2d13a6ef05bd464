import type { Explanation } from '../../../contract/api.ts';
import type { Command, Context } from '../command.ts';
import { explainGiven } from '../explain-given.ts';
import { ago, bytes, outputSpan, short, stateSpan } from '../phrases.ts';
import type { Span } from '../terminal.ts';
import { oneLine, printWrapped } from '../wrap.ts';

export const command: Command = {
  name: 'explain',
  arguments: [
    {
      name: 'file',
      summary: 'a file; it may be gone, and escapes as we print them are understood',
      required: true,
      many: false,
    },
  ],
  options: [],
  examples: [
    {
      line: 'consciousness explain ~/Inbox/scan_0412.pdf',
      does: 'Seen? Ignored? Which rules? Held why? Written where?',
    },
  ],
  exitCodes: { 0: 'explained, also where it was never seen' },
  json: 'Explanation',
  async run(context, args) {
    const client = await context.client();
    const explanation = await explainGiven(client, args[0] ?? '', context.cwd);
    if (context.json) context.out.json(explanation);
    else printExplanation(context, explanation);
    return 0;
  },
};

function printExplanation(context: Context, explanation: Explanation): void {
  const { out, clock } = context;
  const now = clock.now();
  const { root, ignored, seen, writtenBy } = explanation;
  out.line(['bold', explanation.path]);
  printWrapped(out, 2, '  ', explanation.summary);
  out.line();
  fact(context, 'root', root ?? ['yellow', 'outside every watched folder']);
  fact(context, 'ignored', ignored === null ? 'no' : ['yellow', `${ignored.by} (${ignored.pattern})`]);
  if (explanation.root !== null || explanation.writtenBy !== null)
    fact(context, 'on disk', explanation.onDisk ? 'yes' : 'no');
  fact(
    context,
    'seen',
    seen === null
      ? 'never'
      : `revision ${seen.revision}, ${bytes(seen.size)}, modified ${ago(seen.modified, now)}${seen.existing ? ', there before the first scan' : ''}`,
  );
  if (writtenBy !== null) {
    fact(
      context,
      'written',
      `by rule ${writtenBy.rule}, thought ${short(writtenBy.thought)}, ${ago(writtenBy.at, now)}`,
    );
  }
  for (const event of explanation.events) {
    fact(context, `event ${event.seq}`, `${event.change}, revision ${event.revision}, ${ago(event.at, now)}`);
  }
  if (explanation.rules.length > 0) {
    out.line();
    out.line(['bold', 'Rules']);
    for (const { rule, matched, why } of explanation.rules) {
      printWrapped(out, 6, '  ', matched ? ['green', 'yes'] : ['dim', 'no '], ` ${rule}: `, why);
    }
  }
  if (explanation.thoughts.length === 0) return;
  out.line();
  out.line(['bold', 'Thoughts']);
  for (const thought of explanation.thoughts) {
    out.line(
      '  ',
      ['dim', short(thought.id)],
      ' ',
      stateSpan(thought.state),
      ` ${thought.rule}, ${ago(thought.timestamp, now)}`,
    );
    if (thought.reason !== '') printWrapped(out, 4, '    ', oneLine(thought.reason));
    if (thought.held !== null) printWrapped(out, 4, '    ', ['yellow', 'held'], `: ${oneLine(thought.held)}`);
    if (thought.settleUntil !== null && thought.state === 'waiting')
      out.line('    settles ', ago(thought.settleUntil, now));
    for (const output of thought.outputs) {
      out.line(
        '    ',
        outputSpan(output.state),
        ` ${output.kind} `,
        output.target,
        output.reason && `: ${output.reason}`,
      );
    }
  }
}

function fact({ out }: Context, name: string, value: Span): void {
  printWrapped(out, 12, '  ', ['dim', `${name.padEnd(9)} `], value);
}
