import type { Firing, HoldingClause, Measurement } from '../../src/attention/condition.ts';
import { type Clause, type Condition, clausesOf, testOf } from '../../src/contract/condition.ts';

/**
 * What a condition does with a history of measurements, by the words of docs/senses.md: every question looks at the
 * whole history again, and nothing is carried from one measurement to the next.
 */
export function firings(condition: Condition, told: readonly Measurement[], cooldownMs: number): Firing[] {
  const history = told.filter(({ at }, index) => index === 0 || at !== told[index - 1]?.at);
  const fired: { index: number; firing: Firing }[] = [];
  for (const [now, { at }] of history.entries()) {
    const began = conditionBegan(condition, history, now);
    const last = fired.at(-1);
    if (began === null || (last !== undefined && last.index >= began)) continue;
    if (last !== undefined && at - earliest(history, last.index, now) < cooldownMs) continue;
    const clauses = clausesOf(condition).flatMap((clause) => worst(clause, history, now) ?? []);
    fired.push({ index: now, firing: { at, since: earliest(history, began, now), clauses } });
  }
  return fired.map(({ firing }) => firing);
}

/** Since which measurement the condition holds without a break; null = it does not. */
function conditionBegan(condition: Condition, history: readonly Measurement[], now: number): number | null {
  let began: number | null = null;
  for (let index = now; index >= 0 && holds(condition, history, index); index -= 1) began = index;
  return began;
}

function holds(condition: Condition, history: readonly Measurement[], now: number): boolean {
  if ('all' in condition) return condition.all.every((each) => holds(each, history, now));
  if ('any' in condition) return condition.any.some((each) => holds(each, history, now));
  return worst(condition, history, now) !== null;
}

function worst(clause: Clause, history: readonly Measurement[], now: number): HoldingClause | null {
  const names = [...new Set(history.flatMap(({ readings }) => readings.map(({ of }) => of)))].sort();
  let found: { excess: number; told: HoldingClause } | null = null;
  for (const of of names) {
    if (clause.of !== undefined && clause.of !== of) continue;
    const held = instance(clause, of, history, now);
    if (held !== null && (found === null || held.excess > found.excess)) found = held;
  }
  return found?.told ?? null;
}

/** What a clause makes of one instance now; null = it does not hold. */
function instance(clause: Clause, of: string, history: readonly Measurement[], now: number) {
  const { metric, withinMs } = clause;
  const { test, limit } = testOf(clause);
  const valueAt = (index: number) =>
    history[index]?.readings.findLast((each) => each.metric === metric && each.of === of)?.value;
  const at = (index: number) => history[index]?.at ?? Number.NaN;

  // It is gone where three measurements in a row lack it; what was before that is forgotten.
  const lacking = (index: number) => index < 0 || valueAt(index) === undefined;
  const gone = (index: number) => lacking(index) && lacking(index - 1) && lacking(index - 2);
  if (gone(now)) return null;
  const born = Math.max(-1, ...indices(0, now).filter(gone)) + 1;
  const seen = indices(born, now).filter((index) => !lacking(index));
  const latest = seen.at(-1) ?? -1;

  const setBackBetween = (first: number, last: number) =>
    indices(first + 1, last).some((index) => at(index) < at(index - 1));
  // A window begins anew where the clock was set back: with the last value, as if it were of that instant.
  const comparedWith = (index: number, asOf = index) => {
    const part = (instant: number) => Math.floor(instant / Math.max(1, (withinMs ?? 0) / 60));
    const anew = indices(born + 1, asOf).findLast((each) => at(each) < at(each - 1)) ?? born;
    const last = seen.findLast((other) => other < anew);
    const points = seen.filter((other) => other >= anew && other <= index).map((other) => [other, at(other)]);
    if (last !== undefined) points.push([last, at(anew)]);
    const begins = part(at(index) - (withinMs ?? 0));
    const values = points
      .filter(([, instant = 0]) => anew > index || part(instant) >= begins)
      .map(([other = 0]) => valueAt(other) ?? Number.NaN);
    return test === 'rises' ? Math.min(...values) : Math.max(...values);
  };
  const measure = (index: number, asOf = index) => {
    const value = valueAt(index) ?? Number.NaN;
    if (test === 'rises') return value - comparedWith(index, asOf);
    if (test === 'falls') return comparedWith(index, asOf) - value;
    return test === 'above' ? value : -value;
  };
  const inDirection = (level: number) => (test === 'below' ? -level : level);
  const beyond = (index: number) =>
    withinMs === undefined ? measure(index) > inDirection(limit) : measure(index) >= limit;
  const notClear = (index: number) => beyond(index) || measure(index) > inDirection(clause.clear ?? limit);

  // It holds where some run of readings beyond the limit was long enough, and none since was clear.
  for (const reached of seen) {
    if (!seen.filter((index) => index > reached).every(notClear)) continue;
    for (const began of seen.filter((index) => index <= reached)) {
      const run = seen.filter((index) => index >= began && index <= reached);
      const unbroken = run.every((index, place) => {
        const previous = run[place - 1];
        const near = previous === undefined || at(index) - at(previous) <= 3 * (history[index]?.everyMs ?? 0);
        return near && beyond(index);
      });
      const longEnough = at(reached) - at(began) >= clause.forMs;
      if (!unbroken || setBackBetween(began, reached) || !longEnough) continue;
      const previous = seen.filter((index) => index < began).at(-1);
      const preceding = previous === undefined ? null : (valueAt(previous) ?? null);
      const told: HoldingClause = {
        metric,
        of,
        value: valueAt(latest) ?? Number.NaN,
        test,
        limit,
        since: earliest(history, began, now),
        before: withinMs === undefined ? preceding : comparedWith(latest, now),
        ...(withinMs === undefined ? {} : { withinMs }),
      };
      return { excess: measure(latest, now) - inDirection(limit), told };
    }
  }
  return null;
}

function earliest(history: readonly Measurement[], first: number, last: number): number {
  return Math.min(...indices(first, last).map((index) => history[index]?.at ?? Number.POSITIVE_INFINITY));
}

function indices(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, place) => first + place);
}
