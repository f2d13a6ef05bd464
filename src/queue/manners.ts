import { durationText } from '../contract/duration.ts';
import { hoursOf, type Manners } from '../contract/manners.ts';
import { localMinuteOf } from './local-time.ts';

/** What is known of the person and of the power; null = it cannot be told here. */
export interface Presence {
  onAc: boolean | null;
  /** How long nobody has touched keyboard or mouse. */
  idleMs: number | null;
}

/** Why a rule does not think now; `until`: when that ends by itself, where that is known (epoch ms). */
export interface NotNow {
  reason: string;
  until?: number;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1440;

/** The longest that hours are looked ahead for: they come every day, except where a clock change skips them. */
const AHEAD_MS = 3 * DAY_MINUTES * MINUTE_MS;

/**
 * Why manners do not let a rule think now; null = they do. Whether the machine is on its battery counts as no where
 * that cannot be told (most machines have none); whether somebody sits at it, as yes: a rule that asks to be out of
 * the way stays out of it. A reason says the same from minute to minute, so that a hold does not seem new.
 */
export function whyNotNow(
  manners: Manners,
  { onAc, idleMs, now, timezone }: Presence & { now: number; timezone: string },
): NotNow | null {
  if (manners.hours !== undefined && !within(manners.hours, now, timezone)) {
    const until = nextWithin(manners.hours, now, timezone);
    return { reason: `only in the hours ${manners.hours}`, ...(until === null ? {} : { until }) };
  }
  if (manners.onAc === true && onAc === false) return { reason: 'on battery: only on mains power' };
  if (manners.idleMs === undefined || (idleMs !== null && idleMs >= manners.idleMs)) return null;
  const only = `only once nobody has used this machine for ${durationText(manners.idleMs)}`;
  if (idleMs === null) return { reason: `${only}, and that cannot be told here` };
  return { reason: only, until: now + manners.idleMs - idleMs };
}

function within(hours: string, at: number, timezone: string): boolean {
  const span = hoursOf(hours);
  if (span === null) return true;
  const minute = localMinuteOf(at, timezone);
  const { from, to } = span;
  return from < to ? from <= minute && minute < to : from <= minute || minute < to;
}

/**
 * The first minute within the hours after `now`. By hops of an hour at most, on the clock on the wall; where the wall
 * clock jumped in a hop, minute by minute.
 */
function nextWithin(hours: string, now: number, timezone: string): number | null {
  const from = hoursOf(hours)?.from ?? 0;
  let at = Math.floor(now / MINUTE_MS) * MINUTE_MS;
  while (at - now < AHEAD_MS) {
    const minute = localMinuteOf(at, timezone);
    const hop = Math.min(60, onWallClock(from - minute));
    const jumps = onWallClock(localMinuteOf(at + hop * MINUTE_MS, timezone) - minute) !== hop % DAY_MINUTES;
    for (let passed = jumps ? 1 : hop; passed <= hop; passed += 1) {
      if (within(hours, at + passed * MINUTE_MS, timezone)) return at + passed * MINUTE_MS;
    }
    at += hop * MINUTE_MS;
  }
  return null;
}

/** Minutes on the wall clock until a time of the day, 1 to 1440. */
function onWallClock(minutes: number): number {
  return ((((minutes - 1) % DAY_MINUTES) + DAY_MINUTES) % DAY_MINUTES) + 1;
}
