import { EXIT } from '../../base/errors.ts';
import type { ChangeResult } from '../../contract/api.ts';
import type { Context } from './command.ts';
import { short, stateSpan } from './phrases.ts';
import { printTable } from './table.ts';

/** What became of each thought; the exit code is 1 where one was refused. */
export function printChanges(context: Context, results: readonly ChangeResult[], none: string): number {
  const { out, json } = context;
  if (json) out.json(results);
  else if (results.length === 0) out.line(none);
  else {
    printTable(
      out,
      [{ title: '' }, { title: '' }, { title: '' }, { title: '', flexible: true }],
      results.map(({ id, ok, state, reason }) => [
        ok ? ['green', 'ok'] : ['red', 'no'],
        short(id),
        state === null ? '-' : stateSpan(state),
        reason,
      ]),
    );
  }
  return results.every((result) => result.ok) ? EXIT.ok : EXIT.failed;
}
