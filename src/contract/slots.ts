import { Cron } from 'croner';

/** When something is due: exactly one of `cron`, `everyMs`, `at`. */
export interface Schedule {
  /** Five fields, or six with seconds first. */
  cron?: string;
  everyMs?: number;
  /** A local date and time in the zone: `2026-12-24 18:00`. */
  at?: string;
  /** IANA name, or `system`. */
  timezone: string;
}

/** The instants (epoch ms) at which a schedule is due. */
export interface Slots {
  /** The first after an instant; null where none comes any more. */
  next(after: number): number | null;
  /** Those after `after`, up to and with `until`; null where there are none. */
  between(after: number, until: number): { count: number; last: number } | null;
}

/** Slots of a cron line are counted one by one, up to so many. */
export const COUNTED = 1000;

/**
 * The slots of a valid schedule. Of a cron line whose time of day is fixed, a slot that falls into the hour that
 * is skipped in spring is due right after it, and one in the hour that comes twice in autumn is due once; one
 * with `*` or a step follows real time, so every quarter of an hour stays every quarter of an hour.
 */
export function slotsOf(schedule: Schedule): Slots {
  if (schedule.cron !== undefined) return ofCron(cronOf(schedule.cron, schedule.timezone));
  if (schedule.everyMs !== undefined) return ofEvery(schedule.everyMs);
  return ofInstant(instantOf(schedule.at ?? '', schedule.timezone));
}

/** A cron line as it is read here; throws what croner throws. */
export function cronOf(cron: string, timezone: string): Cron {
  return new Cron(cron, {
    ...zoneOf(timezone),
    mode: '5-or-6-parts',
    fixedTimeRule: 'no-wildcard',
    paused: true,
  });
}

/** The instant of a local date and time; of one that comes twice the first, of one that is skipped the time after. */
export function instantOf(local: string, timezone: string): number {
  const once = new Cron(local.trim().replace(' ', 'T'), { ...zoneOf(timezone), paused: true });
  return once.getOnce()?.getTime() ?? Number.NaN;
}

function zoneOf(timezone: string): { timezone?: string } {
  return timezone === 'system' ? {} : { timezone };
}

function ofCron(cron: Cron): Slots {
  const next = (after: number) => cron.nextRun(new Date(after))?.getTime() ?? null;
  return {
    next,
    between(after, until) {
      let last: number | null = null;
      let count = 0;
      for (let slot = next(after); slot !== null && slot <= until; slot = next(slot)) {
        last = slot;
        count += 1;
        if (count < COUNTED) continue;
        // The newest is searched from behind: earlier in the same second is before it, too.
        const [newest] = cron.previousRuns(1, new Date(until + 1));
        return { count, last: newest && newest.getTime() <= until ? newest.getTime() : slot };
      }
      return last === null ? null : { count, last };
    },
  };
}

/** Counted from the epoch, so that a restart does not shift them. */
function ofEvery(everyMs: number): Slots {
  const before = (instant: number) => Math.floor(instant / everyMs);
  return {
    next: (after) => (before(after) + 1) * everyMs,
    between(after, until) {
      const count = before(until) - before(after);
      return count > 0 ? { count, last: before(until) * everyMs } : null;
    },
  };
}

function ofInstant(instant: number): Slots {
  return {
    next: (after) => (instant > after ? instant : null),
    between: (after, until) => (instant > after && instant <= until ? { count: 1, last: instant } : null),
  };
}
