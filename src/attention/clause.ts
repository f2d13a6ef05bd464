import { type Clause, testOf } from '../contract/condition.ts';
import { extreme, type Point, slide } from './window.ts';

/** A reading that is missing from so many measurements in a row is of something that is gone. */
const GONE_AFTER = 3;

/** Readings that are further apart than so many intervals are not continuous. */
const GAP_INTERVALS = 3;

/** What a clause knows of one instance (a disk, a process). Plain JSON. */
export interface Instance {
  /** Its last reading. */
  at: number;
  value: number;
  /** Since when its readings are beyond the limit without a break; null = the last one was not. */
  since: number | null;
  /** The last reading before `since`; null = none, or not seen to begin. */
  before: number | null;
  holds: boolean;
  /** Measurements in a row that lacked it. */
  missing: number;
  /** With `rises` and `falls`. */
  window?: Point[];
}

/** What a clause knows, by instance. */
export type ClauseState = Record<string, Instance>;

/** One measurement as a clause sees it: only the readings of its metric. */
export interface Seen {
  at: number;
  /** How far apart measurements are meant to be. */
  everyMs: number;
  /** The clock was set back since the last measurement. */
  setBack: boolean;
  values: ReadonlyMap<string, number>;
}

/**
 * A clause after one more measurement. An instance holds once its readings were beyond the limit for `forMs` without
 * a break, and goes on holding until one passes `clear`. A break is a reading that is not beyond, a gap, or the
 * clock set back; what holds already goes on holding over gaps, and so over restarts.
 */
export function stepClause(state: ClauseState, clause: Clause, seen: Seen): ClauseState {
  const known = new Map(Object.entries(seen.setBack ? restarted(state, seen.at) : state));
  const absent = [...known].flatMap(([of, instance]): [string, Instance][] => {
    const missing = instance.missing + 1;
    return seen.values.has(of) || missing >= GONE_AFTER ? [] : [[of, { ...instance, missing }]];
  });
  const present = Array.from(seen.values, ([of, value]): [string, Instance] => [
    of,
    stepInstance(known.get(of), clause, value, seen),
  ]);
  // Names are not ours: as entries, `__proto__` is one like any other.
  return Object.fromEntries([...absent, ...present]);
}

/** How far past a level an instance is, in the direction of the clause: the worst one is the furthest past the limit. */
export function excessOf(
  clause: Clause,
  { value, window = [] }: Pick<Instance, 'value' | 'window'>,
  level: number,
): number {
  const { test } = testOf(clause);
  switch (test) {
    case 'above':
      return value - level;
    case 'below':
      return level - value;
    case 'rises':
      return value - extreme(window, true) - level;
    case 'falls':
      return extreme(window, false) - value - level;
    default:
      return test satisfies never;
  }
}

function stepInstance(known: Instance | undefined, clause: Clause, value: number, seen: Seen): Instance {
  const { at, everyMs } = seen;
  const { withinMs, forMs } = clause;
  const { test, limit } = testOf(clause);
  const window =
    withinMs === undefined ? [] : slide(known?.window ?? [], [at, value], withinMs, test === 'rises');
  const past = (level: number) => excessOf(clause, { value, window }, level);
  // A value is above 90 when it is more; it rose by 5 when it rose by 5.
  const beyond = withinMs === undefined ? past(limit) > 0 : past(limit) >= 0;
  const goesOn = known?.holds === true && (beyond || past(clause.clear ?? limit) > 0);
  const continuous = known !== undefined && at - known.at <= GAP_INTERVALS * everyMs;
  const kept = known !== undefined && (goesOn || (beyond && continuous)) ? known.since : null;
  const since = kept ?? (beyond ? at : null);
  return {
    at,
    value,
    since,
    before: kept === null ? (known?.value ?? null) : (known?.before ?? null),
    holds: goesOn || (since !== null && at - since >= forMs),
    missing: 0,
    ...(withinMs === undefined ? {} : { window }),
  };
}

/** After the clock was set back, instants from before mean nothing: only what holds already goes on. */
function restarted(state: ClauseState, now: number): ClauseState {
  const entries = Object.entries(state).map(([of, known]): [string, Instance] => [
    of,
    {
      ...known,
      since: known.holds && known.since !== null ? Math.min(known.since, now) : null,
      ...(known.window === undefined ? {} : { window: [[now, known.value]] }),
    },
  ]);
  return Object.fromEntries(entries);
}
