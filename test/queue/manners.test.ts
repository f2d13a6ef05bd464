import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Manners } from '../../src/contract/manners.ts';
import { localMinuteOf } from '../../src/queue/local-time.ts';
import { whyNotNow } from '../../src/queue/manners.ts';

const MINUTE = 60_000;
const noon = Date.parse('2026-01-15T12:00:00Z');
const here = { onAc: true, idleMs: 0, now: noon, timezone: 'UTC' };
const night: Manners = { hours: '22:00-07:00' };

function until(hours: string, now: string, timezone: string): string | null {
  const held = whyNotNow({ hours }, { ...here, now: Date.parse(now), timezone });
  return held?.until === undefined ? null : new Date(held.until).toISOString();
}

describe('manners', () => {
  it('that ask for nothing hold nothing', () => {
    assert.equal(whyNotNow({}, { ...here, onAc: false, idleMs: null }), null);
  });

  it('hold on battery, and not where nobody can tell', () => {
    assert.deepEqual(whyNotNow({ onAc: true }, { ...here, onAc: false }), {
      reason: 'on battery: only on mains power',
    });
    assert.equal(whyNotNow({ onAc: true }, here), null);
    assert.equal(whyNotNow({ onAc: true }, { ...here, onAc: null }), null);
  });

  it('hold while somebody is there, until the time is over, and where nobody can tell', () => {
    const manners = { idleMs: 5 * MINUTE };
    assert.deepEqual(whyNotNow(manners, { ...here, idleMs: MINUTE }), {
      reason: 'only once nobody has used this machine for 5m',
      until: noon + 4 * MINUTE,
    });
    assert.equal(whyNotNow(manners, { ...here, idleMs: 5 * MINUTE }), null);
    assert.match(whyNotNow(manners, { ...here, idleMs: null })?.reason ?? '', /cannot be told here/);
  });

  it('hold outside of hours, which may go past midnight, until they begin', () => {
    assert.deepEqual(whyNotNow(night, here), {
      reason: 'only in the hours 22:00-07:00',
      until: Date.parse('2026-01-15T22:00:00Z'),
    });
    for (const at of ['22:00:00', '23:59:59', '00:00:00', '06:59:59']) {
      assert.equal(whyNotNow(night, { ...here, now: Date.parse(`2026-01-15T${at}Z`) }), null, at);
    }
    assert.equal(until('22:00-07:00', '2026-01-15T07:00:00Z', 'UTC'), '2026-01-15T22:00:00.000Z');
    assert.equal(until('09:00-24:00', '2026-01-15T00:00:30Z', 'UTC'), '2026-01-15T09:00:00.000Z');
  });

  it('go by the wall clock of the time zone, also on the days when that is changed', () => {
    assert.equal(until('22:00-07:00', '2026-01-15T12:00:00Z', 'Asia/Kolkata'), '2026-01-15T16:30:00.000Z');
    // In Berlin, 02:00 to 03:00 does not exist on 29 March 2026, and comes twice on 25 October.
    assert.equal(until('02:30-05:00', '2026-03-28T23:30:00Z', 'Europe/Berlin'), '2026-03-29T01:00:00.000Z');
    assert.equal(until('02:15-02:30', '2026-03-28T23:30:00Z', 'Europe/Berlin'), '2026-03-30T00:15:00.000Z');
    assert.equal(until('02:30-05:00', '2026-10-24T23:45:00Z', 'Europe/Berlin'), '2026-10-25T00:30:00.000Z');
    assert.equal(until('02:15-02:30', '2026-10-25T00:30:00Z', 'Europe/Berlin'), '2026-10-25T01:15:00.000Z');
  });

  it('end exactly when a look at every minute says so', () => {
    const instant = fc.integer({
      min: Date.parse('2026-03-27T00:00:00Z') / MINUTE,
      max: Date.parse('2026-03-31T00:00:00Z') / MINUTE,
    });
    const later = fc.integer({
      min: Date.parse('2026-10-03T00:00:00Z') / MINUTE,
      max: Date.parse('2026-10-05T00:00:00Z') / MINUTE,
    });
    const zone = fc.constantFrom('Europe/Berlin', 'Australia/Lord_Howe', 'America/New_York', 'UTC', 'system');
    const minute = fc.integer({ min: 0, max: 1439 });
    fc.assert(
      fc.property(fc.oneof(instant, later), zone, minute, minute, (at, timezone, from, to) => {
        fc.pre(from !== to);
        const text = (of: number) =>
          `${String(Math.floor(of / 60)).padStart(2, '0')}:${String(of % 60).padStart(2, '0')}`;
        const inside = (now: number) => {
          const local = localMinuteOf(now, timezone);
          return from < to ? from <= local && local < to : from <= local || local < to;
        };
        const now = at * MINUTE + 12_345;
        const held = whyNotNow({ hours: `${text(from)}-${text(to)}` }, { ...here, now, timezone });
        let expected = at * MINUTE;
        while (!inside(expected)) expected += MINUTE;
        assert.equal(held?.until ?? at * MINUTE, expected);
      }),
      { numRuns: 200 },
    );
  });

  it('name one reason that stays the same from minute to minute', () => {
    const manners: Manners = { onAc: true, idleMs: 5 * MINUTE, hours: '22:00-07:00' };
    const reasons = [0, 1, 2].map(
      (minute) =>
        whyNotNow(manners, { ...here, idleMs: minute * MINUTE, now: noon + minute * MINUTE })?.reason,
    );
    assert.equal(new Set(reasons).size, 1);
  });
});
