import { CodedError, EXIT } from '../../../base/errors.ts';
import type { UndoableView, UndoResult } from '../../../contract/api.ts';
import type { Client } from '../../client.ts';
import type { OfRule } from '../../requests.ts';
import { type Command, type Context, type Options, textOption } from '../command.ts';
import { askPerson } from '../init/ask.ts';
import { ago, count, short } from '../phrases.ts';
import { parseSince } from '../since.ts';
import { printTable } from '../table.ts';

/** Rows that are shown of what a rule has done, before it is asked. */
const MOST_SHOWN = 20;

export const command: Command = {
  name: 'undo',
  arguments: [
    {
      name: 'id',
      summary: 'id of a thought, or its first digits (4 at least)',
      required: false,
      many: false,
    },
  ],
  options: [
    { flags: '--last', summary: 'the thought that wrote something last' },
    { flags: '--rule <name>', summary: 'all that this rule has done and that still stands' },
    { flags: '--since <time>', summary: 'with --rule: only since then: 2h, 3d, or 2026-11-22T08:00' },
    { flags: '--dry-run', summary: 'with --rule: only say what would be taken back' },
    { flags: '--yes', summary: 'with --rule: do not ask' },
  ],
  examples: [
    {
      line: 'consciousness undo --last',
      does: 'New files go, replaced and moved ones are as they were, appended blocks are taken out.',
    },
    { line: 'consciousness undo 3f2a91c07d', does: 'Takes back everything that this thought has written.' },
    {
      line: 'consciousness undo --rule inbox --since 2h',
      does: 'Shows what the rule has done in two hours, asks, and takes it back, the last first.',
    },
  ],
  exitCodes: {
    0: 'all of it was taken back',
    1: 'something stays, and why is said; or there is no such thought',
  },
  json: 'UndoResult[]: thought, position, kind, target, undone, reason, waits (where it is only proposed)',
  async run(context, [id], options) {
    const which = whichOf(context, id, options);
    const client = await context.client();
    if ('rule' in which) return undoRule(context, client, which, options);
    return report(context, await client.undo(which));
  },
};

function whichOf(
  context: Context,
  id: string | undefined,
  options: Options,
): { id: string } | { last: true } | OfRule {
  const rule = textOption(options, 'rule');
  const since = textOption(options, 'since');
  const isLast = options['last'] === true;
  const given = [id !== undefined, isLast, rule !== undefined].filter(Boolean).length;
  const isOfRule = since !== undefined || options['dryRun'] === true || options['yes'] === true;
  if (given !== 1 || (isOfRule && rule === undefined)) {
    throw new CodedError('undo-which', 'which thought is to be taken back?', {
      allowed: 'either an id, or --last, or --rule, which --since, --dry-run and --yes go with',
      next: `list them with \`${context.line('thoughts --state done')}\``,
      exitCode: EXIT.usage,
    });
  }
  if (rule !== undefined)
    return since === undefined ? { rule } : { rule, since: parseSince(since, context.clock.now()) };
  return id === undefined ? { last: true } : { id };
}

async function undoRule(context: Context, client: Client, which: OfRule, options: Options): Promise<number> {
  const { out, line } = context;
  const isDry = options['dryRun'] === true;
  if (isDry || options['yes'] !== true) {
    const undoable = await client.undoable(which);
    if (isDry && context.json) out.json(undoable);
    else if (isDry || undoable.length > 0) printUndoable(context, which, undoable, isDry);
    if (isDry) return EXIT.ok;
    if (undoable.length > 0) {
      if (!out.isTty || !process.stdin.isTTY) {
        throw new CodedError('undo-asks', 'this asks first, and this is no terminal', {
          allowed: 'a terminal, or --yes',
          // As it was asked: without its time it would be all that the rule ever did.
          next: line(`undo --rule ${which.rule}${sinceOf(options)} --yes`),
          exitCode: EXIT.usage,
        });
      }
      const ask = await askPerson(context);
      const isSure = await ask.confirm(`Take back ${count(undoable.length, 'output')}?`, false);
      if (!isSure) return EXIT.ok;
    }
  }
  return report(context, await client.undo(which));
}

function sinceOf(options: Options): string {
  const since = textOption(options, 'since');
  return since === undefined ? '' : ` --since ${since}`;
}

function printUndoable(context: Context, { rule }: OfRule, undoable: UndoableView[], isAll: boolean): void {
  const { out, clock } = context;
  if (undoable.length === 0) {
    out.line(`Nothing that ${rule} has done still stands.`);
    return;
  }
  const shown = isAll ? undoable : undoable.slice(0, MOST_SHOWN);
  printTable(
    out,
    [{ title: 'done' }, { title: '' }, { title: '', flexible: true, narrow: 'wrap' }, { title: 'thought' }],
    shown.map(({ at, kind, source, target, thought }) => [
      ago(at, clock.now()),
      kind,
      source === undefined ? target : `${source} -> ${target}`,
      short(thought),
    ]),
  );
  if (shown.length < undoable.length) out.line(['dim', `… and ${undoable.length - shown.length} more`]);
}

function report({ out, json }: Context, results: UndoResult[]): number {
  if (json) out.json(results);
  else if (results.length === 0) out.line('It has written nothing.');
  else {
    printTable(
      out,
      [{ title: '' }, { title: '' }, { title: '', flexible: true, narrow: 'wrap' }],
      results.map(({ undone, waits, kind, target, reason }) => [
        undone ? ['green', 'undone'] : waits ? ['yellow', 'waits'] : ['red', 'stays'],
        kind,
        undone ? target : reason,
      ]),
    );
    const undone = results.filter((result) => result.undone).length;
    const thoughts = new Set(results.map((result) => result.thought));
    const [one = ''] = thoughts;
    const of = thoughts.size === 1 ? `thought ${short(one)}` : count(thoughts.size, 'thought');
    out.line([
      'dim',
      `${count(undone, 'output')} of ${results.filter(({ waits }) => !waits).length} taken back (${of})`,
    ]);
  }
  const isBack =
    results.every(({ undone, waits }) => undone || waits) && results.some(({ undone }) => undone);
  return isBack || results.length === 0 ? EXIT.ok : EXIT.failed;
}
