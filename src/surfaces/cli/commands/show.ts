import { CodedError, EXIT } from '../../../base/errors.ts';
import type { AttemptView, ThoughtView } from '../../../contract/thought-view.ts';
import { answerText } from '../answer.ts';
import { type Command, type Context, textOption } from '../command.ts';
import { printDiff } from '../foreseen.ts';
import { printLines } from '../lines.ts';
import { ago, bytes, count, outputSpan, short, span, stateSpan } from '../phrases.ts';
import { printTable } from '../table.ts';
import { oneLine } from '../wrap.ts';

/** Characters of captured text and prompt that are shown, unless asked otherwise. */
const SHOWN = 1200;
/** Lines of what an output has changed. */
const LINES = 12;

export const command: Command = {
  name: 'show',
  arguments: [
    { name: 'id', summary: 'its id, or its first digits (4 at least)', required: true, many: false },
  ],
  options: [
    {
      flags: '--characters <number>',
      summary: `show so much of the captured text and of the prompt (default: ${SHOWN})`,
    },
  ],
  examples: [
    {
      line: 'consciousness show 3f2a91c07d',
      does: 'What it saw, what was asked, what was answered and written.',
    },
    { line: 'consciousness show 3f2a91c07d --json | jq -r .prompt', does: 'The whole prompt.' },
  ],
  exitCodes: { 0: 'shown', 1: 'there is no such thought, or several begin like this' },
  json: 'ThoughtView (nothing is cut)',
  async run(context, args, options) {
    const characters = Number(textOption(options, 'characters') ?? SHOWN);
    if (!Number.isInteger(characters) || characters < 0) {
      throw new CodedError('characters-invalid', '--characters is not a number of characters', {
        value: options['characters'],
        allowed: '0 or more',
        exitCode: EXIT.usage,
      });
    }
    const thought = await (await context.client()).thought(args[0] ?? '');
    if (context.json) context.out.json(thought);
    else printThought(context, thought, characters);
    return 0;
  },
};

function printThought(context: Context, thought: ThoughtView, characters: number): void {
  const { out, clock } = context;
  const now = clock.now();
  out.line(['bold', thought.id], '  ', stateSpan(thought.state), '  ', thought.rule);
  if (thought.reason !== '') out.line('  ', thought.reason);
  printFacts(context, [
    ['about', thought.context.path ?? thought.context.subject],
    [
      'event',
      `${thought.event.kind}, #${thought.event.seq}, ${ago(thought.event.at, now)} (${thought.event.at})`,
    ],
    ['from', thought.event.data.from ?? ''],
    ['rule', `${thought.rule}, version ${short(thought.ruleVersion)}`],
    ['settles', thought.settleUntil === null ? '' : ago(thought.settleUntil, now)],
    [
      'finished',
      thought.finishedAt === null ? '' : `${ago(thought.finishedAt, now)} (${thought.finishedAt})`,
    ],
    ['reused', thought.reusedFrom === null ? '' : `the answer of ${short(thought.reusedFrom)}`],
    [
      'parts',
      thought.parts === 0 ? '' : `${thought.parts} read so far of a document that is too long for its model`,
    ],
    ['trouble', troubleOf(thought)],
  ]);
  const { captured } = thought;
  if (captured !== null) {
    const cut = captured.truncated ? `, the file has more than the ${captured.text.length} kept` : '';
    const seen = captured.pictures > 0 ? `, ${count(captured.pictures, 'picture')} for models that see` : '';
    section(
      context,
      'Captured text',
      `${captured.kind}, ${count(captured.characters, 'character')}${seen}${cut}`,
    );
    if (captured.unread !== '') out.line('  ', ['dim', `no text: it ${captured.unread}`]);
    printLines(context.out, captured.text, characters);
  }
  for (const what of thought.removed) {
    section(context, { captured: 'Captured text', prompt: 'Prompt', outputs: 'What was written' }[what], '');
    out.line('  ', ['dim', 'removed by retention']);
  }
  if (thought.prompt !== null) {
    section(context, 'Prompt', count(thought.prompt.length, 'character'));
    printLines(context.out, thought.prompt, characters);
  }
  if (thought.attempts.length > 0) {
    printAttempts(context, thought.attempts);
    printLeft(context, thought.attempts);
    printCalls(context, thought.attempts);
  }
  if (thought.answer !== null && thought.answer !== undefined) {
    section(context, 'Answer', '');
    printLines(context.out, answerText(thought.answer), Number.POSITIVE_INFINITY);
  }
  if (thought.outputs.length > 0) {
    section(context, 'Outputs', '');
    for (const output of thought.outputs) {
      const when = output.appliedAt === null ? '' : `, ${ago(output.appliedAt, now)}`;
      out.line(
        '  ',
        outputSpan(output.state),
        ` ${output.kind} `,
        ['bold', output.target],
        ['dim', ` ${bytes(output.bytes)}${when}`],
      );
      if (output.reason !== '') out.line('    ', output.reason);
      if (output.note !== '') out.line('    ', ['dim', output.note]);
      if (output.after !== null) printDiff(out, output.before, output.after, LINES);
      if (output.state === 'proposed')
        out.line('    see: ', `${context.line('inbox show')} '${short(thought.id)}#${output.position + 1}'`);
    }
  }
}

function printAttempts(context: Context, attempts: readonly AttemptView[]): void {
  section(context, 'Attempts', '');
  const now = context.clock.now();
  printTable(
    context.out,
    [
      { title: '#', align: 'right' },
      { title: 'OUTCOME' },
      { title: 'MODEL', flexible: true },
      { title: 'STARTED', align: 'right' },
      { title: 'FIRST TOKEN', align: 'right' },
      { title: 'TOTAL', align: 'right' },
      { title: 'TOKENS IN/OUT', align: 'right' },
      { title: 'ERROR', flexible: true },
    ],
    attempts.map((attempt) => [
      String(attempt.number),
      attempt.outcome,
      attempt.provider === null ? '-' : `${attempt.provider}/${attempt.model ?? '?'}`,
      ago(attempt.startedAt, now),
      attempt.firstTokenMs === null ? '-' : span(attempt.firstTokenMs),
      attempt.totalMs === null ? '-' : span(attempt.totalMs),
      `${attempt.usage.inputTokens ?? '-'}/${attempt.usage.outputTokens ?? '-'}`,
      attempt.error ?? '',
    ]),
    2,
  );
}

/** The tools that the model called, as its words are kept. */
function printCalls({ out }: Context, attempts: readonly AttemptView[]): void {
  for (const { number, raw } of attempts) {
    for (const [, call = ''] of (raw ?? '').matchAll(/^\[calls (.*)\]$/gm))
      out.line('  ', [
        'dim',
        `called ${oneLine(call).slice(0, 200)}, in attempt ${number} (what it brought: --json)`,
      ]);
  }
}

/** What has left this machine: it never goes without being said. */
function printLeft({ out }: Context, attempts: readonly AttemptView[]): void {
  for (const { number, left } of attempts) {
    if (left === null) continue;
    const pictures = left.pictures > 0 ? ` and ${count(left.pictures, 'picture')}` : '';
    const calls = left.calls > 1 ? ` in ${left.calls} calls` : '';
    out.line(
      '  ',
      ['yellow', 'left this machine'],
      `: ${bytes(left.bytes)}${pictures} to ${left.provider}${calls}, in attempt ${number}`,
    );
  }
}

function printFacts({ out }: Context, facts: readonly (readonly [name: string, value: string])[]): void {
  for (const [name, value] of facts) if (value !== '') out.line('  ', ['dim', name.padEnd(9)], value);
}

function troubleOf({ crashes, failures }: ThoughtView): string {
  const parts = [
    crashes > 0 ? count(crashes, 'crash', 'crashes') : '',
    failures > 0 ? count(failures, 'failure') : '',
  ];
  return parts.filter(Boolean).join(', ');
}

function section({ out }: Context, title: string, note: string): void {
  out.line();
  out.line(['bold', title], ['dim', note && `  ${note}`]);
}
