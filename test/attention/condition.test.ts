import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type ConditionState, type Firing, type Measurement, step } from '../../src/attention/condition.ts';
import type { Clause, Condition } from '../../src/contract/condition.ts';
import { firings } from './condition-reference.ts';

const EVERY = 10;

/** Runs the engine over a history; the state goes through JSON each time, as a cursor does. */
function run(condition: Condition, history: readonly Measurement[], cooldownMs = 0): Firing[] {
  let text: string | null = null;
  return history.flatMap((measured) => {
    const state: ConditionState | null = text === null ? null : JSON.parse(text);
    const stepped = step(state, condition, measured, cooldownMs);
    text = JSON.stringify(stepped.state);
    return stepped.fired ?? [];
  });
}

/** Measurements of one disk, ten milliseconds apart where no instant is given; null = no reading. */
function disk(...values: (number | null | [at: number, value: number])[]): Measurement[] {
  return values.map((each, index) => {
    const [at, value] = Array.isArray(each) ? each : [1000 + index * EVERY, each];
    const readings = value === null ? [] : [{ metric: 'disk.percent', of: '/', value }];
    return { at, everyMs: EVERY, readings };
  });
}

const full: Clause = { metric: 'disk.percent', above: 90, forMs: 0 };
const instants = (fired: readonly Firing[]) => fired.map(({ at }) => at);

describe('a condition', () => {
  it('fires once when it begins to hold, and again only after it did not', () => {
    assert.deepEqual(instants(run(full, disk(89, 91, 95, 99, 90, 91))), [1010, 1050]);
  });

  it('says what holds: the value, the limit, since when, and the value before', () => {
    assert.deepEqual(run(full, disk(89, 91)), [
      {
        at: 1010,
        since: 1010,
        clauses: [
          {
            metric: 'disk.percent',
            of: '/',
            value: 91,
            test: 'above',
            limit: 90,
            since: 1010,
            before: 89,
          },
        ],
      },
    ]);
  });

  it('holds only after its time without a break, and never by a single reading', () => {
    const long = { ...full, forMs: 30 };
    assert.deepEqual(instants(run(long, disk(91, 92, 93, 94))), [1030]);
    assert.deepEqual(instants(run(long, disk(91, 92, 90, 94, 95, 96, 97))), [1060]);
    assert.deepEqual(instants(run({ ...full, forMs: 1 }, disk(99))), []);
  });

  it('begins its time anew after a gap, and after the clock was set back', () => {
    const long = { ...full, forMs: 30 };
    assert.deepEqual(instants(run(long, disk([1000, 91], [1030, 91]))), [1030]);
    assert.deepEqual(instants(run(long, disk([1000, 91], [1031, 91], [1041, 91], [1051, 91]))), []);
    assert.deepEqual(
      instants(run(long, disk([1000, 91], [1020, 91], [900, 91], [910, 91], [920, 91], [930, 91]))),
      [930],
    );
  });

  it('goes on holding until a value passes the level at which it is over', () => {
    assert.deepEqual(instants(run({ ...full, clear: 85 }, disk(91, 86, 91, 85, 91))), [1000, 1040]);
  });

  it('does not fire again for what held before a restart, however long that took', () => {
    assert.deepEqual(instants(run(full, disk([1000, 91], [900_000, 92], [900_010, 93]))), [1000]);
    const rose: Clause = { metric: 'disk.percent', rises: 5, withinMs: 600, forMs: 10 };
    const history = disk([1000, 50], [1010, 55], [1020, 55], [1220, 55], [1230, 55]);
    assert.deepEqual(instants(run(rose, history)), [1020]);
  });

  it('keeps a firing that falls into the cool-down until that is over, if it still holds then', () => {
    assert.deepEqual(instants(run(full, disk(91, 80, 91, 91, 91, 91), 40)), [1000, 1040]);
    assert.deepEqual(instants(run(full, disk(91, 80, 91, 80, 80, 80), 40)), [1000]);
    assert.equal(run(full, disk(91, 80, 91, 91, 91, 91), 40)[1]?.since, 1020);
  });

  it('is not kept silent for a year by a clock that was a year ahead', () => {
    const year = 365 * 86_400_000;
    assert.deepEqual(instants(run(full, disk([year, 91], [1000, 80], [1010, 91], [1040, 91]), 40)), [
      year,
      1040,
    ]);
  });

  it('measures a rise from the lowest value in the time before', () => {
    const rising: Clause = { metric: 'disk.percent', rises: 5, withinMs: 60, forMs: 0 };
    const [fired] = run(rising, disk(50, 52, 51, 53, 55));
    assert.deepEqual(fired?.clauses[0], {
      metric: 'disk.percent',
      of: '/',
      value: 55,
      test: 'rises',
      limit: 5,
      since: 1040,
      before: 50,
      withinMs: 60,
    });
    assert.deepEqual(run(rising, disk(50, 51, 51, 51, 52, 52, 52, 53, 53, 53, 55)), []);
  });

  it('lets the worst instance decide, and each clause for itself', () => {
    const readings = [
      { metric: 'disk.percent', of: '/', value: 91 },
      { metric: 'disk.percent', of: '/home', value: 97 },
      { metric: 'load.1', of: '', value: 1 },
    ];
    const load: Clause = { metric: 'load.1', above: 4, forMs: 0 };
    const measured = [{ at: 1000, everyMs: EVERY, readings }];
    assert.deepEqual(
      run({ any: [full, load] }, measured)[0]?.clauses.map(({ of }) => of),
      ['/home'],
    );
    assert.deepEqual(run({ all: [full, load] }, measured), []);
    assert.deepEqual(
      run({ ...full, of: '/' }, measured)[0]?.clauses.map(({ value }) => value),
      [91],
    );
  });

  it('takes an instance for gone after three measurements without it', () => {
    assert.deepEqual(instants(run(full, disk(91, null, null, 91))), [1000]);
    assert.deepEqual(instants(run(full, disk(91, null, null, null, 91))), [1000, 1040]);
  });

  it('takes any name for a name', () => {
    const of = (value: number, at: number) => ({
      at,
      everyMs: EVERY,
      readings: [{ metric: 'disk.percent', of: '__proto__', value }],
    });
    const fired = run({ ...full, forMs: 10 }, [of(91, 0), of(92, 10), of(93, 20)]);
    assert.deepEqual(
      fired.map(({ clauses }) => clauses[0]?.value),
      [92],
    );
  });

  it('remembers a day of readings each second in little room', () => {
    const rising: Clause = { metric: 'disk.percent', rises: 1e9, withinMs: 86_400_000, forMs: 0 };
    let state: ConditionState | null = null;
    for (let second = 0; second < 90_000; second += 7) {
      const readings = [{ metric: 'disk.percent', of: '/', value: second % 1000 }];
      state = step(state, rising, { at: second * 1000, everyMs: 7000, readings }, 0).state;
    }
    assert.ok(JSON.stringify(state).length < 3000);
  });

  it('fires when and as the whole history says, whatever the condition and the history', () => {
    fc.assert(
      fc.property(anyCondition, anyHistory, fc.constantFrom(0, 25, 100), (condition, history, cooldownMs) => {
        assert.deepEqual(run(condition, history, cooldownMs), firings(condition, history, cooldownMs));
      }),
      { numRuns: 2000 },
    );
  });
});

const limits = {
  metric: fc.constantFrom('m', 'n'),
  forMs: fc.constantFrom(0, 10, 20, 35),
  of: fc.constantFrom({}, {}, { of: 'a' }),
};
const level = fc
  .record({
    ...limits,
    up: fc.boolean(),
    limit: fc.integer({ min: 2, max: 6 }),
    slack: fc.constantFrom(null, 0, 1, 3),
  })
  .map(({ metric, forMs, of, up, limit, slack }): Clause => {
    const clear = slack === null ? {} : { clear: up ? limit - slack : limit + slack };
    return { metric, forMs, ...of, ...(up ? { above: limit } : { below: limit }), ...clear };
  });
const change = fc
  .record({
    ...limits,
    up: fc.boolean(),
    by: fc.integer({ min: 1, max: 5 }),
    withinMs: fc.constantFrom(5, 20, 60, 600),
    clear: fc.constantFrom(null, 0, 1),
  })
  .map(({ metric, forMs, of, up, by, withinMs, clear }): Clause => {
    const over = clear === null ? {} : { clear };
    return { metric, forMs, ...of, ...(up ? { rises: by } : { falls: by }), withinMs, ...over };
  });
const { tree: anyCondition } = fc.letrec<{ tree: Condition }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    { weight: 3, arbitrary: level },
    { weight: 2, arbitrary: change },
    { weight: 1, arbitrary: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((all) => ({ all })) },
    { weight: 1, arbitrary: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }).map((any) => ({ any })) },
  ),
}));

const value = fc.oneof({ weight: 2, arbitrary: fc.integer({ min: 0, max: 8 }) }, fc.constant(null));
const apart = fc.constantFrom(...Array(20).fill(EVERY), 0, 1, 13, 30, 31, 31, 200, -1, -50);
const anyHistory = fc
  .array(fc.record({ apart, ma: value, mb: value, na: value, nb: value }), { minLength: 1, maxLength: 25 })
  .map((steps) => {
    let at = 1000;
    return steps.map(({ apart, ...values }): Measurement => {
      at += apart;
      const readings = Object.entries(values).flatMap(([key, value]) =>
        value === null ? [] : [{ metric: key.charAt(0), of: key.charAt(1), value }],
      );
      return { at, everyMs: EVERY, readings };
    });
  });
