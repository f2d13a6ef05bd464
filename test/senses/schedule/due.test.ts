import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { slotsOf } from '../../../src/contract/slots.ts';
import { decideDue, ON_TIME, type ScheduleCursor } from '../../../src/senses/schedule/due.ts';

const HOUR = 3_600_000;
const hourly = slotsOf({ everyMs: HOUR, timezone: 'UTC' });
const due = (
  cursor: ScheduleCursor | null,
  now: number,
  missed: 'once' | 'skip' = 'once',
  fingerprint = 'a',
) => decideDue({ slots: hourly, missed, fingerprint, cursor, now });
const at = (last: number): ScheduleCursor => ({ last, told: last, fingerprint: 'a' });

describe('what is due of a schedule', () => {
  it('is nothing when it is met first, however long it could have been due', () => {
    assert.deepEqual(due(null, 5 * HOUR + 10), { slot: null, cursor: at(5 * HOUR + 10) });
  });

  it('is a slot once it comes, and nothing until the next', () => {
    const first = due(at(5 * HOUR + 10), 6 * HOUR + 5);
    assert.deepEqual(first?.slot, { at: 6 * HOUR, missed: 0, since: 5 * HOUR + 10 });
    assert.equal(due(first?.cursor ?? null, 7 * HOUR - 1), null);
    assert.equal(due(first?.cursor ?? null, 7 * HOUR)?.slot?.since, 6 * HOUR);
  });

  it('is one slot for all that were missed, with their number', () => {
    const late = due(at(HOUR), 5 * HOUR + HOUR / 2);
    assert.deepEqual(late?.slot, { at: 5 * HOUR, missed: 4, since: HOUR });
    assert.deepEqual(late?.cursor, at(5 * HOUR));
    assert.equal(due(at(HOUR), 5 * HOUR + ON_TIME)?.slot?.missed, 3);
  });

  it('is only the slot that is on time where missed ones are skipped', () => {
    const skipped = due(at(HOUR), 5 * HOUR + HOUR / 2, 'skip');
    assert.deepEqual(skipped, { slot: null, cursor: { ...at(HOUR), last: 5 * HOUR } });
    const next = due(skipped?.cursor ?? null, 6 * HOUR, 'skip');
    assert.deepEqual(next?.slot, { at: 6 * HOUR, missed: 0, since: HOUR });
  });

  it('begins anew with another schedule, and where the clock had been far ahead', () => {
    assert.deepEqual(due(at(HOUR), 3 * HOUR, 'once', 'b'), {
      slot: null,
      cursor: { ...at(3 * HOUR), fingerprint: 'b' },
    });
    assert.deepEqual(due(at(1e6 * HOUR), 3 * HOUR), { slot: null, cursor: at(3 * HOUR) });
  });

  it('repeats no slot where the clock is put back a little', () => {
    assert.equal(due(at(6 * HOUR), 6 * HOUR - 1000), null);
    assert.equal(due(at(6 * HOUR), 6 * HOUR + 1000), null);
  });

  it('counts every slot once, as told or as missed, whenever it is asked', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 10 * HOUR }), { minLength: 1, maxLength: 30 }),
        (steps) => {
          let now = 1000 * HOUR + 1;
          let cursor = due(null, now)?.cursor ?? null;
          const began = now;
          let counted = 0;
          for (const step of steps) {
            now += step;
            const found = due(cursor, now);
            if (found === null) continue;
            cursor = found.cursor;
            const onTime = now - (found.slot?.at ?? 0) <= ON_TIME ? 1 : 0;
            counted += (found.slot?.missed ?? 0) + onTime;
          }
          assert.equal(counted, hourly.between(began, now)?.count ?? 0);
        },
      ),
    );
  });
});
