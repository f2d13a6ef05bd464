import type { RuleView } from '../../../contract/api.ts';
import type { ThoughtRow } from '../../../contract/thought-view.ts';
import type { Command, Context } from '../command.ts';
import { ago, count, stateSpan } from '../phrases.ts';
import { printTable } from '../table.ts';
import type { Span } from '../terminal.ts';
import { oneLine, printWrapped } from '../wrap.ts';

export const command: Command = {
  name: 'rules',
  arguments: [],
  options: [],
  examples: [
    { line: 'consciousness rules', does: 'Every rule with its thoughts, and what became of the last one.' },
    {
      line: "consciousness rules --json | jq '.[] | select(.held != null) | .name'",
      does: 'Rules of which nothing is thought just now.',
    },
  ],
  exitCodes: { 0: 'listed' },
  json: 'RuleView[]',
  async run(context) {
    const rules = await (await context.client()).rules();
    if (context.json) context.out.json(rules);
    else if (rules.length === 0) {
      const { rules: folder } = await context.folders();
      context.out.line(
        'There are no rules yet: ',
        context.line('init'),
        ` writes one, or put one into ${folder}`,
      );
    } else print(context, rules);
    return 0;
  },
};

function print({ out, clock, line }: Context, rules: readonly RuleView[]): void {
  const now = clock.now();
  printTable(
    out,
    [
      { title: 'RULE' },
      { title: 'STATE' },
      { title: 'THOUGHTS', align: 'right' },
      { title: 'DONE', align: 'right' },
      { title: 'OPEN', align: 'right' },
      { title: 'DEAD', align: 'right' },
      { title: 'LAST', align: 'right' },
      { title: 'RESULT' },
      { title: 'ABOUT', flexible: true },
    ],
    rules.map((rule) => {
      const { thoughts, last, lastResult } = rule;
      const all = Object.values(thoughts).reduce((sum, number) => sum + number, 0);
      const open = all - thoughts.done - thoughts.dead - thoughts.cancelled;
      return [
        ['bold', rule.name],
        stateOf(rule),
        String(all),
        String(thoughts.done),
        String(open),
        thoughts.dead > 0 ? ['red', String(thoughts.dead)] : '0',
        last === null ? '-' : ago(last.timestamp, now),
        lastResult === null ? '-' : stateSpan(lastResult.state),
        lastResult === null ? '' : oneLine(lastResult.title || aboutOf(lastResult)),
      ];
    }),
  );
  for (const { name, next, held, problem, lastResult } of rules) {
    if (next.length > 0) out.line(['dim', `  ${name} is due next: ${next.map(localTime).join(', ')}`]);
    if (held !== null) printWrapped(out, 2, ['yellow', `${name} is held`], `: ${oneLine(held)}`);
    if (problem !== null) printWrapped(out, 2, ['red', name], `: ${oneLine(problem)}`);
    if (lastResult?.state === 'dead')
      printWrapped(out, 2, ['red', `${name}'s last gave up`], `: ${oneLine(lastResult.reason)}`);
  }
  const dead = rules.reduce((sum, { thoughts }) => sum + thoughts.dead, 0);
  if (dead > 0) out.line(['dim', `${count(dead, 'thought')} gave up: ${line('thoughts --state dead')}`]);
}

/** To the minute, in the time zone of whoever looks; to the second where that tells more. */
function localTime(iso: string): string {
  const at = new Date(iso);
  const seconds = at.getSeconds() === 0 ? {} : ({ second: '2-digit' } as const);
  return at.toLocaleString('sv-SE', {
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    ...seconds,
  });
}

/** The file's name, else how it begins. */
function aboutOf({ context, content }: ThoughtRow): string {
  return context.path?.split('/').at(-1) ?? content;
}

function stateOf({ state, held }: RuleView): Span {
  if (state === 'refused') return ['red', 'refused'];
  if (state === 'paused') return ['yellow', 'paused'];
  return held === null ? ['green', 'in force'] : ['yellow', 'held'];
}
