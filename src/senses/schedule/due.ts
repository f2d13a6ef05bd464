import type { Slots } from '../../contract/slots.ts';

/** How far a rule's schedule has come; its cursor. */
export interface ScheduleCursor {
  /** Slots up to and with this instant (epoch ms) are dealt with. */
  last: number;
  /** The last slot that was told, or when the schedule was first met. */
  told: number;
  /** Of the schedule; another one begins anew. */
  fingerprint: string;
}

export interface Due {
  /** What to tell; null where there is nothing, or only what is skipped. */
  slot: { at: number; missed: number; since: number } | null;
  cursor: ScheduleCursor;
}

/** A slot that is noticed so late (ms) is not missed: the machine was busy, or the daemon just starts. */
export const ON_TIME = 60_000;

/** A cursor so far ahead (ms) was made while the clock was wrong. */
const CLOCK_WAS_WRONG = 3_600_000;

/**
 * What is due now; null where the cursor stays as it is. A schedule that is met first is due from now on. Slots
 * that were missed are told once, with their number, or not at all.
 */
export function decideDue(facts: {
  slots: Slots;
  missed: 'once' | 'skip';
  fingerprint: string;
  cursor: ScheduleCursor | null;
  now: number;
}): Due | null {
  const { slots, fingerprint, cursor, now } = facts;
  if (cursor === null || cursor.fingerprint !== fingerprint || cursor.last > now + CLOCK_WAS_WRONG)
    return { slot: null, cursor: { last: now, told: now, fingerprint } };
  const passed = slots.between(cursor.last, now);
  if (passed === null) return null;
  const { count, last } = passed;
  const isOnTime = now - last <= ON_TIME;
  if (facts.missed === 'skip' && !isOnTime) return { slot: null, cursor: { ...cursor, last } };
  const missed = facts.missed === 'skip' ? 0 : isOnTime ? count - 1 : count;
  return {
    slot: { at: last, missed, since: cursor.told },
    cursor: { last, told: last, fingerprint },
  };
}
