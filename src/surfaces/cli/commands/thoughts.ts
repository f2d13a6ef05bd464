import { CodedError, EXIT } from '../../../base/errors.ts';
import { REQUEST_RULE } from '../../../contract/rule.ts';
import { THOUGHT_STATES, type ThoughtState } from '../../../contract/thought.ts';
import type { ThoughtRow } from '../../../contract/thought-view.ts';
import type { Client } from '../../client.ts';
import { type Command, type Context, type Options, textOption } from '../command.ts';
import { ago, count, short, stateSpan } from '../phrases.ts';
import { parseSince } from '../since.ts';
import { printTable } from '../table.ts';

export const command: Command = {
  name: 'thoughts',
  arguments: [],
  options: [
    { flags: '--state <state>', summary: `only in this state: ${THOUGHT_STATES.join(', ')}` },
    { flags: '--rule <rule>', summary: 'only of this rule' },
    { flags: '--since <time>', summary: 'only since then: 2h, 3d, or 2026-11-22T08:00' },
    { flags: '--unprocessed', summary: 'only those that are not done, dead or cancelled' },
    { flags: '--limit <number>', summary: 'at most so many, 1 to 1000 (default: 50)' },
  ],
  examples: [
    {
      line: 'consciousness thoughts --state dead --since 2d',
      does: 'What was given up in the last two days, and why.',
    },
    {
      line: 'consciousness thoughts --unprocessed --json',
      does: 'Everything still to be done, for a program.',
    },
  ],
  exitCodes: { 0: 'listed, also where there are none' },
  json: 'ThoughtRow[]: id, timestamp, content, context, processed, state, rule, reason',
  async run(context, _args, options) {
    const state = stateOption(options);
    const rule = textOption(options, 'rule');
    const since = textOption(options, 'since');
    const client = await context.client();
    const { items: rows } = await client.thoughts({
      limit: limitOption(options),
      ...(state === undefined ? {} : { state }),
      ...(rule === undefined ? {} : { rule }),
      ...(since === undefined ? {} : { since: parseSince(since, context.clock.now()) }),
      ...(options['unprocessed'] === true ? { unprocessed: true } : {}),
    });
    if (context.json) context.out.json(rows);
    else if (rows.length === 0) context.out.line(await whyNone(client, rule));
    else printRows(context, rows);
    return 0;
  },
};

/** A name that no rule has is likelier a slip than a rule without thoughts. */
async function whyNone(client: Client, rule: string | undefined): Promise<string> {
  if (rule === undefined || rule === REQUEST_RULE) return 'No such thoughts.';
  const { rules } = await client.status();
  if (rules.some((each) => each.name === rule)) return 'No such thoughts.';
  const names = rules.map((each) => each.name).join(', ') || 'none';
  return `No such thoughts: no rule is named ${rule}; there are: ${names}.`;
}

function printRows({ out, clock, line }: Context, rows: readonly ThoughtRow[]): void {
  const now = clock.now();
  printTable(
    out,
    [
      { title: 'ID' },
      { title: 'STATE' },
      { title: 'WHEN', align: 'right' },
      { title: 'RULE', flexible: true },
      { title: 'ABOUT', flexible: true, narrow: 'path' },
      { title: 'WHY', flexible: true },
    ],
    rows.map((row) => [
      ['dim', short(row.id)],
      stateSpan(row.state),
      ago(row.timestamp, now),
      row.rule,
      row.context.path ?? row.content,
      row.reason,
    ]),
  );
  const waiting = rows.filter(({ state }) => state === 'proposed').length;
  if (waiting === 0 || !out.isTty) return;
  out.line();
  out.line(`${count(waiting, 'thought')} for you to decide on: `, ['bold', line('inbox')]);
}

function stateOption(options: Options): ThoughtState | undefined {
  const value = textOption(options, 'state');
  const state = THOUGHT_STATES.find((each) => each === value);
  if (value === undefined || state !== undefined) return state;
  throw new CodedError('state-unknown', '--state is not a state of thoughts', {
    value,
    allowed: THOUGHT_STATES.join(', '),
    exitCode: EXIT.usage,
  });
}

function limitOption(options: Options): number {
  const value = textOption(options, 'limit') ?? '50';
  const limit = Number(value);
  if (/^\d+$/.test(value) && limit >= 1 && limit <= 1000) return limit;
  throw new CodedError('limit-invalid', '--limit is not a number of thoughts', {
    value,
    allowed: '1 to 1000',
    exitCode: EXIT.usage,
  });
}
