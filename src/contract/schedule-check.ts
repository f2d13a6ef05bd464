import { messageOf } from '../base/errors.ts';
import { cronOf, instantOf, type Schedule, slotsOf } from './slots.ts';

/** What is wrong with a schedule, for people. */
export interface ScheduleProblem {
  key: 'cron' | 'at' | 'every' | 'timezone';
  value: string;
  message: string;
  allowed: string;
}

const FIELDS = [
  { name: 'seconds', allowed: '0-59' },
  { name: 'minutes', allowed: '0-59' },
  { name: 'hours', allowed: '0-23' },
  { name: 'day of the month', allowed: '1-31, L (the last), 15W (the working day nearest to it)' },
  { name: 'month', allowed: '1-12 or JAN-DEC' },
  { name: 'day of the week', allowed: '0-7 or SUN-SAT, 5#2 (the second Friday), 5L (the last Friday)' },
] as const;

const CRON = 'minute hour day month weekday, such as 0 18 * * MON-FRI; seconds may come first';
const SIGNS = '* , - and steps such as */15 or 9-17/2';
const LOCAL = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2})(?::(\d{2}))?$/;
/** Shorter than the daemon looks. */
const SHORTEST_MS = 1000;

/** The first thing that is wrong with a schedule; null where it is valid and due at least once, ever. */
export function checkSchedule(schedule: Schedule): ScheduleProblem | null {
  const { cron, everyMs, at, timezone } = schedule;
  if (!isZone(timezone))
    return {
      key: 'timezone',
      value: timezone,
      message: 'no such time zone',
      allowed: 'a name such as Europe/Berlin or UTC, or system',
    };
  if (cron !== undefined) return checkCron(cron, timezone);
  if (at !== undefined) return checkAt(at, timezone);
  if (everyMs !== undefined && everyMs < SHORTEST_MS)
    return { key: 'every', value: `${everyMs}ms`, message: 'too often', allowed: 'at least 1s' };
  return null;
}

function checkCron(cron: string, timezone: string): ScheduleProblem | null {
  const problem = (value: string, message: string, allowed: string): ScheduleProblem => ({
    key: 'cron',
    value,
    message,
    allowed,
  });
  // Read as the current minute or hour, it would mean something else after every restart.
  if (cron.includes('?')) return problem(cron, '? is not known here', '* for any');
  const isShort = cron.trim().startsWith('@');
  const fields = cron.trim().split(/\s+/);
  if (!isShort && fields.length !== 5 && fields.length !== 6)
    return problem(cron, `${fields.length} fields instead of 5 or 6`, CRON);
  try {
    cronOf(cron, timezone);
  } catch (error) {
    if (isShort) return problem(cron, 'no such name', '@hourly, @daily, @weekly, @monthly, @yearly');
    const known = fields.length === 5 ? FIELDS.slice(1) : FIELDS;
    for (const [index, field] of fields.entries()) {
      const facts = known[index];
      if (!facts || isAllowed(fields.map((_, each) => (each === index ? field : '*')))) continue;
      return problem(field, `not valid for ${facts.name}`, `${facts.allowed}; ${SIGNS}`);
    }
    return problem(cron, messageOf(error), CRON);
  }
  if (slotsOf({ cron, timezone }).next(Date.UTC(2024, 0, 1)) === null)
    return problem(cron, 'never due: there is no such day', CRON);
  return null;
}

function checkAt(at: string, timezone: string): ScheduleProblem | null {
  const [, year, month, day, hour, minute, second = '0'] = LOCAL.exec(at.trim()) ?? [];
  const parts = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, m = 0, d = 0, h = 0, min = 0, s = 0] = parts;
  const utc = new Date(Date.UTC(y, m - 1, d, h, min, s));
  const same = [
    utc.getUTCFullYear(),
    utc.getUTCMonth() + 1,
    utc.getUTCDate(),
    utc.getUTCHours(),
    utc.getUTCMinutes(),
    utc.getUTCSeconds(),
  ];
  const isReal = same.every((each, index) => each === parts[index]);
  if (isReal && Number.isFinite(instantOf(at, timezone))) return null;
  return { key: 'at', value: at, message: 'no date and time', allowed: 'such as 2026-12-24 18:00' };
}

function isAllowed(fields: readonly string[]): boolean {
  try {
    cronOf(fields.join(' '), 'UTC');
    return true;
  } catch {
    return false;
  }
}

function isZone(timezone: string): boolean {
  if (timezone === 'system') return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}
