import type { TryView } from '../../../contract/try.ts';
import type { RehearsalStep } from '../../daemon.ts';
import { answerText } from '../answer.ts';
import { type Command, type Context, textOption } from '../command.ts';
import { callFacts, printForeseen } from '../foreseen.ts';
import { givenPath } from '../given-path.ts';
import { printLines } from '../lines.ts';
import { namedRule } from '../named-rule.ts';
import { count } from '../phrases.ts';

/** Characters of the prompt, and lines of an output, that are shown; `--json` has all. */
const PROMPT_SHOWN = 1200;
const LINES_SHOWN = 200;

export const command: Command = {
  name: 'try',
  arguments: [
    { name: 'rule', summary: 'name of a rule, or the path of a rule file', required: true, many: false },
    { name: 'file', summary: 'any file, watched or not', required: true, many: false },
  ],
  options: [
    { flags: '--model <model>', summary: 'provider/model in place of those of the rule' },
    { flags: '--cloud', summary: 'also a model elsewhere: the document leaves this machine' },
  ],
  examples: [
    {
      line: 'consciousness try inbox ~/Inbox/scan_0412.pdf',
      does: 'What the rule asks, what the model answers, and what would be written, as a diff.',
    },
    {
      line: 'consciousness try ./draft.md letter.txt --model builtin/extract',
      does: 'Tries a rule that is not in place yet, without a model server.',
    },
  ],
  exitCodes: {
    0: 'answered',
    1: 'no usable answer, or there is no such rule or file; says why',
    69: 'the model server is away',
  },
  json: 'TryView (nothing is cut)',
  async run(context, [rule = '', file = ''], options) {
    const model = textOption(options, 'model');
    const [path = ''] = await givenPath(file, context.cwd);
    const { view } = await context.rehearse({
      ...(context.home === null ? {} : { home: context.home }),
      ...(model === undefined ? {} : { model }),
      cloud: options['cloud'] === true,
      rule: namedRule(rule, context.cwd),
      path,
      onStep: (step) => tell(context, step),
      signal: context.signal,
    });
    if (context.json) context.out.json(view);
    else print(context, view);
    return 0;
  },
};

function tell({ err, json }: Context, step: RehearsalStep): void {
  if (json || step.kind === 'token') return;
  if (step.kind === 'waiting')
    err.line(['yellow', 'waiting'], `: ${step.reason}`, ['dim', ' (Ctrl-C ends it)']);
  else err.line(['dim', `thinking with ${step.provider}/${step.model} …`]);
}

function print({ out, line }: Context, view: TryView): void {
  const { captured, prompt, answer, reason, outputs, rule } = view;
  const cut = captured.truncated ? ', of which this is the beginning' : '';
  out.line(
    ['bold', view.path],
    ['dim', `  ${captured.format}, ${count(captured.characters, 'character')}${cut}`],
  );
  for (const note of view.notes) out.line(['yellow', 'note'], `: ${note}`);
  out.line();
  out.line(['bold', 'Prompt'], ['dim', `  ${count(prompt.length, 'character')}`]);
  printLines(out, prompt, PROMPT_SHOWN);
  out.line();
  out.line(['bold', 'Answer'], ['dim', `  ${callFacts(view)}`]);
  printLines(out, answerText(answer), Number.POSITIVE_INFINITY);
  if (reason !== '') out.line('  ', ['yellow', reason]);
  out.line();
  out.line(['bold', 'Outputs'], ['dim', '  nothing was written']);
  for (const output of outputs) printForeseen(out, output, LINES_SHOWN);
  if (outputs.length === 0)
    out.line('  ', [
      'dim',
      `the rule ${rule.name} has none: its answer is kept, and shown by ${line('show')}`,
    ]);
}
