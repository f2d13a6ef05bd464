import { type Clause, type ClauseTest, type Condition, clausesOf, testOf } from '../contract/condition.ts';
import { type ClauseState, excessOf, type Instance, stepClause } from './clause.ts';
import { extreme } from './window.ts';

/** How far a condition has come. Plain JSON: it is kept as a cursor, so that a restart repeats nothing. */
export interface ConditionState {
  /** The last measurement. */
  at: number;
  /** In the order of {@link clausesOf}. */
  clauses: ClauseState[];
  /** Since when the condition holds; null = it does not. */
  since: number | null;
  /** Whether it fired for this `since`. */
  fired: boolean;
  /** When it fired last, also for an earlier `since`. */
  firedAt: number | null;
}

/** The readings of one instant that a condition is checked against. */
export interface Measurement {
  at: number;
  /** How far apart measurements are meant to be. */
  everyMs: number;
  readings: readonly { metric: string; of: string; value: number }[];
}

/** A condition begins to hold. */
export interface Firing {
  at: number;
  /** Since when it holds: earlier than `at` where the cool-down kept it waiting. */
  since: number;
  /** Every clause that holds, in the order they are written. */
  clauses: HoldingClause[];
}

/** A clause that holds, told by its worst instance. */
export interface HoldingClause {
  metric: string;
  of: string;
  value: number;
  test: ClauseTest;
  limit: number;
  /** Since when its readings are beyond the limit. */
  since: number;
  /** The value before that; with `rises` and `falls`, the one that it rose or fell from. Null = not seen. */
  before: number | null;
  withinMs?: number;
}

/**
 * A condition after one more measurement, and whether it fires: once when it begins to hold, again only after it did
 * not hold, and not within `cooldownMs` of the last time; a firing that falls into that time comes at its end if the
 * condition still holds. A measurement of the same instant as the last is the same one, and changes nothing.
 */
export function step(
  state: ConditionState | null,
  condition: Condition,
  measured: Measurement,
  cooldownMs: number,
): { state: ConditionState; fired: Firing | null } {
  const { at } = measured;
  if (state?.at === at) return { state, fired: null };
  const setBack = state !== null && at < state.at;
  const clauses = clausesOf(condition);
  const states = clauses.map((clause, index) =>
    stepClause(state?.clauses[index] ?? {}, clause, {
      at,
      everyMs: measured.everyMs,
      setBack,
      values: valuesFor(clause, measured),
    }),
  );
  const worst = clauses.map((clause, index) => worstOf(clause, states[index] ?? {}));
  const held = new Map(clauses.map((clause, index) => [clause, worst[index] !== null]));
  const since = holds(condition, held) ? earlier(state?.since ?? at, at) : null;
  const firedAt = state?.firedAt == null ? null : earlier(state.firedAt, at);
  const told = state?.fired === true && since !== null;
  const cool = firedAt === null || at - firedAt >= cooldownMs;
  const fires = since !== null && !told && cool;
  const holding = worst.filter((each) => each !== null);
  return {
    state: { at, clauses: states, since, fired: told || fires, firedAt: fires ? at : firedAt },
    fired: fires ? { at, since, clauses: holding } : null,
  };
}

/** An instant from before the clock was set back is no later than now. */
function earlier(instant: number, now: number): number {
  return Math.min(instant, now);
}

function valuesFor(clause: Clause, { readings }: Measurement): Map<string, number> {
  const wanted = readings.filter(
    ({ metric, of, value }) =>
      metric === clause.metric && (clause.of === undefined || clause.of === of) && Number.isFinite(value),
  );
  return new Map(wanted.map(({ of, value }) => [of, value]));
}

function holds(condition: Condition, held: ReadonlyMap<Clause, boolean>): boolean {
  if ('all' in condition) return condition.all.every((each) => holds(each, held));
  if ('any' in condition) return condition.any.some((each) => holds(each, held));
  return held.get(condition) === true;
}

/** Of the instances that hold, the one furthest past the limit; of equals, the first by name. Null = none holds. */
function worstOf(clause: Clause, state: ClauseState): HoldingClause | null {
  const { limit } = testOf(clause);
  const holding = Object.entries(state).filter(([, instance]) => instance.holds);
  holding.sort(
    ([a, one], [b, other]) =>
      excessOf(clause, other, limit) - excessOf(clause, one, limit) || (a < b ? -1 : 1),
  );
  const [worst] = holding;
  return worst === undefined ? null : told(clause, ...worst);
}

function told(clause: Clause, of: string, { value, since, at, before, window }: Instance): HoldingClause {
  const { test, limit } = testOf(clause);
  const { metric, withinMs } = clause;
  return {
    metric,
    of,
    value,
    test,
    limit,
    since: since ?? at,
    before: window === undefined ? before : extreme(window, test === 'rises'),
    ...(withinMs === undefined ? {} : { withinMs }),
  };
}
