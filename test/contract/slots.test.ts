import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { checkSchedule } from '../../src/contract/schedule-check.ts';
import { COUNTED, instantOf, slotsOf } from '../../src/contract/slots.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const at = (iso: string) => Date.parse(iso);

/** Slots of a day that has a shift of the clock in it, as instants. */
function slotsIn(schedule: { cron: string; timezone: string }, from: string, until: string): string[] {
  const slots = slotsOf(schedule);
  const found: string[] = [];
  for (let slot = slots.next(at(from)); slot !== null && slot <= at(until); slot = slots.next(slot))
    found.push(new Date(slot).toISOString().slice(5, 16));
  return found;
}

describe('the slots of a cron line', () => {
  it('agree with a second implementation, in zones with and without shifts of the clock', () => {
    fc.assert(
      fc.property(
        cronLine,
        fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
        // Two shifts of 2026 in each zone are within these days.
        fc.constantFrom('2026-03-07', '2026-03-28', '2026-04-04', '2026-10-03', '2026-10-24', '2026-10-31'),
        (cron, timezone, day) => {
          const from = at(`${day}T03:00:00Z`);
          const until = from + 2 * DAY;
          const slots = slotsOf({ cron, timezone });
          const found: number[] = [];
          for (let slot = slots.next(from); slot !== null && slot <= until; slot = slots.next(slot))
            found.push(slot);
          assert.deepEqual(found, slotsByHand(cron, timezone, from, until));
          const last = found.at(-1);
          assert.deepEqual(
            slots.between(from, until),
            last === undefined ? null : { count: Math.min(found.length, COUNTED), last },
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  it('are once right after the gap in spring and once in the hour that comes twice in autumn', () => {
    const each = [
      ['Europe/Berlin', '30 2 * * *', '2026-03-28T12:00Z', '2026-03-29T12:00Z', ['03-29T01:00']],
      ['Europe/Berlin', '30 2 * * *', '2026-10-24T12:00Z', '2026-10-25T12:00Z', ['10-25T00:30']],
      ['America/New_York', '30 2 * * *', '2026-03-07T12:00Z', '2026-03-08T18:00Z', ['03-08T07:00']],
      ['America/New_York', '30 1 * * *', '2026-10-31T12:00Z', '2026-11-01T18:00Z', ['11-01T05:30']],
      ['Australia/Lord_Howe', '15 2 * * *', '2026-10-03T05:00Z', '2026-10-04T05:00Z', ['10-03T15:30']],
      ['Australia/Lord_Howe', '45 1 * * *', '2026-04-04T05:00Z', '2026-04-05T05:00Z', ['04-04T14:45']],
    ] as const;
    for (const [timezone, cron, from, until, expected] of each)
      assert.deepEqual(slotsIn({ cron, timezone }, from, until), expected, `${cron} in ${timezone}`);
  });

  it('follow real time where they have a star or a step: none is left out, none comes twice', () => {
    const quarters = slotsIn(
      { cron: '*/15 * * * *', timezone: 'Europe/Berlin' },
      '2026-10-24T23:59Z',
      '2026-10-25T03:00Z',
    );
    assert.equal(quarters.length, 13);
    assert.equal(new Set(quarters).size, 13);
  });

  it('of every second are counted up to a limit, and the last of them is still the last', () => {
    const slots = slotsOf({ cron: '* * * * * *', timezone: 'UTC' });
    const found = slots.between(at('2026-01-01T00:00Z'), at('2026-06-01T00:00:00.500Z'));
    assert.deepEqual(found, { count: COUNTED, last: at('2026-06-01T00:00Z') });
  });
});

describe('the slots of an interval', () => {
  it('are multiples of it since the epoch, so that asking at another time does not shift them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: DAY }), fc.integer({ min: 0, max: 1e12 }), (everyMs, now) => {
        const slots = slotsOf({ everyMs, timezone: 'UTC' });
        const next = slots.next(now) ?? 0;
        assert.equal(next % everyMs, 0);
        assert.ok(next > now && next <= now + everyMs);
        assert.deepEqual(slots.between(now, next), { count: 1, last: next });
        assert.equal(slots.between(now, next - 1), null);
      }),
    );
  });
});

describe('the slot of a local date and time', () => {
  it('is once, in its zone', () => {
    const slots = slotsOf({ at: '2026-12-24 18:00', timezone: 'Europe/Berlin' });
    const due = at('2026-12-24T17:00Z');
    assert.equal(slots.next(due - 1), due);
    assert.equal(slots.next(due), null);
    assert.deepEqual(slots.between(due - DAY, due + DAY), { count: 1, last: due });
  });

  it('is after the gap where the clock skips it, and the first where it comes twice', () => {
    assert.equal(instantOf('2026-03-29 02:30', 'Europe/Berlin'), at('2026-03-29T01:30Z'));
    assert.equal(instantOf('2026-10-25 02:30', 'Europe/Berlin'), at('2026-10-25T00:30Z'));
  });
});

describe('the check of a schedule', () => {
  const problem = (cron: string) => checkSchedule({ cron, timezone: 'UTC' });

  it('names the field of a cron line that is wrong, and what it may be', () => {
    const wrong = ['61 * * * *', '0 24 * * *', '0 0 32 * *', '0 0 * 13 *', '0 0 * * 8', '5/10 * * * *'];
    const told = wrong.map((cron) => `${problem(cron)?.value}: ${problem(cron)?.message}`);
    assert.deepEqual(told, [
      '61: not valid for minutes',
      '24: not valid for hours',
      '32: not valid for day of the month',
      '13: not valid for month',
      '8: not valid for day of the week',
      '5/10: not valid for minutes',
    ]);
    assert.match(problem('0 0 32 * *')?.allowed ?? '', /^1-31/);
    assert.equal(problem('70 0 0 * * *')?.message, 'not valid for seconds');
  });

  it('refuses what is never due, what is no cron line, and a ? that a restart would read anew', () => {
    assert.match(problem('0 0 31 2 *')?.message ?? '', /never due/);
    assert.equal(problem('* * *')?.message, '3 fields instead of 5 or 6');
    assert.equal(problem('@often')?.message, 'no such name');
    assert.match(problem('? * * * *')?.message ?? '', /\?/);
    assert.equal(problem('@daily'), null);
    assert.equal(problem('0 0 29 2 *'), null);
  });

  it('refuses an unknown zone, a day that does not exist, and less than a second', () => {
    assert.equal(checkSchedule({ cron: '0 0 * * *', timezone: 'Europe/Nowhere' })?.key, 'timezone');
    assert.equal(checkSchedule({ at: '2026-02-30 10:00', timezone: 'UTC' })?.key, 'at');
    assert.equal(checkSchedule({ at: 'tomorrow', timezone: 'UTC' })?.key, 'at');
    assert.equal(checkSchedule({ at: '2026-02-28T10:00:30', timezone: 'UTC' }), null);
    assert.equal(checkSchedule({ everyMs: 100, timezone: 'UTC' })?.key, 'every');
  });
});

const list = (min: number, max: number) => {
  const value = fc.integer({ min, max });
  const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  return fc
    .array(fc.oneof(value.map(String), range), { minLength: 1, maxLength: 3 })
    .map((parts) => parts.join(','));
};
const field = (min: number, max: number) =>
  fc.oneof(
    { weight: 2, arbitrary: list(min, max) },
    { weight: 1, arbitrary: fc.constant('*') },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: max - min }).map((step) => `*/${step}`) },
  );
const cronLine = fc
  .tuple(field(0, 59), field(0, 4), fc.oneof(fc.constant('*'), field(1, 31)), fc.constant('*'), field(0, 7))
  .map((fields) => fields.join(' '));

/**
 * The second implementation: looks at every minute there is. A local time that is skipped counts, for lines without
 * a star or step in minute and hour, at the first minute after the gap; one that comes twice, only the first time.
 */
function slotsByHand(cron: string, timezone: string, from: number, until: number): number[] {
  const [minutes = '', hours = '', days = '', months = '', weekdays = ''] = cron.split(' ');
  const isFixed = !/\*/.test(minutes + hours);
  const found: number[] = [];
  const seen = new Set<string>();
  // Local times of the hours before may come again.
  for (let instant = from - 4 * HOUR; instant <= until; instant += MINUTE) {
    const now = localTime(instant, timezone);
    const before = localTime(instant - MINUTE, timezone);
    const skipped = (now.wall - before.wall) / MINUTE - 1;
    const walls = [now.wall];
    if (isFixed) for (let back = 1; back <= skipped; back += 1) walls.push(now.wall - back * MINUTE);
    const isDue = walls.some((wall) => {
      const date = new Date(wall);
      const key = date.toISOString();
      if (isFixed && seen.has(key)) return false;
      seen.add(key);
      return (
        holds(minutes, 0, 59, date.getUTCMinutes()) &&
        holds(hours, 0, 23, date.getUTCHours()) &&
        holds(months, 1, 12, date.getUTCMonth() + 1) &&
        isDay(days, weekdays, date)
      );
    });
    if (isDue && instant > from) found.push(instant);
  }
  return found;
}

/** With both days given either will do, as cron has it. */
function isDay(days: string, weekdays: string, date: Date): boolean {
  const ofMonth = holds(days, 1, 31, date.getUTCDate());
  const weekday = date.getUTCDay();
  const ofWeek = holds(weekdays, 0, 7, weekday) || (weekday === 0 && holds(weekdays, 0, 7, 7));
  if (days === '*' || weekdays === '*') return ofMonth && ofWeek;
  return ofMonth || ofWeek;
}

function holds(field: string, min: number, max: number, value: number): boolean {
  return field.split(',').some((part) => {
    const [range = '', step = '1'] = part.split('/');
    const [low, high] = range === '*' ? [min, max] : range.split('-').map(Number);
    const first = low ?? min;
    return value >= first && value <= (high ?? first) && (value - first) % Number(step) === 0;
  });
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localTime(instant: number, timezone: string): { wall: number } {
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
    formats.set(timezone, format);
  }
  const parts = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
  return { wall: Date.UTC(year, month - 1, day, hour, minute) };
}
