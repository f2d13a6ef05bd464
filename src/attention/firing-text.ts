import { durationText } from '../contract/duration.ts';
import type { Firing, HoldingClause } from './condition.ts';

/** What a model reads of a firing: a line for each clause that holds, with its values, its limit and since when. */
export function firingText({ at, clauses }: Firing): string {
  return clauses.map((clause) => line(clause, at)).join('\n');
}

function line(clause: HoldingClause, at: number): string {
  const { metric, of, value, before, since } = clause;
  const what = of === '' ? metric : `${metric} ${of}`;
  const lasted =
    at > since ? `for ${durationText(Math.max(1000, Math.round((at - since) / 1000) * 1000))}, ` : '';
  const was = before === null || changes(clause) ? '' : `; ${short(before)} before`;
  return `${what} is ${short(value)}: ${limitText(clause)}, ${lasted}since ${new Date(since).toISOString()}${was}`;
}

function limitText(clause: HoldingClause): string {
  const { test, limit, value, before, withinMs = 0 } = clause;
  if (!changes(clause) || before === null) return `${test} ${short(limit)}`;
  const change = short(Math.abs(value - before));
  const moved = test === 'rises' ? 'rose' : 'fell';
  return `${moved} by ${change} from ${short(before)} within ${durationText(withinMs)} (limit ${short(limit)})`;
}

function changes({ test }: HoldingClause): boolean {
  return test === 'rises' || test === 'falls';
}

/** Two decimals at most: what a person reads of a measurement. */
function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}
