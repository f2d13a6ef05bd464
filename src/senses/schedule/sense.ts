import * as z from 'zod';
import { type Bell, createBell } from '../../base/bell.ts';
import type { Clock } from '../../base/clock.ts';
import { cursorValue } from '../../contract/cursor.ts';
import type { Cursor, Happening, Percepts } from '../../contract/happening.ts';
import type { RuleOnSchedule } from '../../contract/rule-on.ts';
import { type Slots, slotsOf } from '../../contract/slots.ts';
import type { Cursors, Perception, RuledSense } from '../sense.ts';
import { type Due, decideDue, type ScheduleCursor } from './due.ts';

/** A rule that waits for a time. */
interface ScheduledRule {
  rule: string;
  on: RuleOnSchedule;
}

export interface ScheduleSenseOptions {
  clock: Clock;
  cursors: Cursors;
  /** What `system` is in rules: an IANA name, or `system` for the machine's own. */
  timezone(): string;
}

/** Perceives that a time has come. */
export interface ScheduleSense extends RuledSense {
  /** What is known of each rule's schedule. */
  facts(): ScheduleFacts[];
}

export interface ScheduleFacts {
  rule: string;
  /** When it was told last (epoch ms); null where that is not known. */
  told: number | null;
  /** When it is due next (epoch ms); null = never again. */
  next: number | null;
  /** Its only time was over when the rule came: it was never due. */
  tooLate: boolean;
}

/** The longest sleep (ms): a clock that was set, or a machine that slept, is noticed so late at most. */
const LONGEST_SLEEP = 20_000;

interface Watched {
  rule: ScheduledRule;
  slots: Slots;
  fingerprint: string;
}

export function createScheduleSense(options: ScheduleSenseOptions): ScheduleSense {
  const { clock, cursors: durable } = options;
  const bell: Bell = createBell();
  let watched = new Map<string, Watched>();
  /** By rule. */
  const cursors = new Map<string, ScheduleCursor>();
  /** Rules that are gone, whose cursors are still there. */
  const dropped = new Set<string>();
  for (const [name, value] of durable) {
    if (!name.startsWith(PREFIX)) continue;
    const rule = name.slice(PREFIX.length);
    const cursor = cursorValue(cursorShape, value);
    if (cursor) cursors.set(rule, cursor);
    dropped.add(rule);
  }

  function watch(rule: ScheduledRule): Watched {
    const { cron, everyMs, at } = rule.on;
    const timezone = rule.on.timezone === 'system' ? options.timezone() : rule.on.timezone;
    const fingerprint = JSON.stringify([cron, everyMs, at, timezone]);
    return { rule, slots: slotsOf({ ...rule.on, timezone }), fingerprint };
  }

  /** What is due now, and the cursors that go with it. */
  function look(): { percepts: Percepts; moves: Map<string, ScheduleCursor> } {
    const happenings: Happening[] = [];
    const told: Cursor[] = [...dropped].map((rule) => ({ name: nameOf(rule), value: null }));
    const moves = new Map<string, ScheduleCursor>();
    const now = clock.now();
    for (const each of watched.values()) {
      const { rule, slots, fingerprint } = each;
      const cursor = cursors.get(rule.rule) ?? null;
      const due = decideDue({ slots, missed: rule.on.missed, fingerprint, cursor, now });
      if (due === null) continue;
      moves.set(rule.rule, due.cursor);
      told.push({ name: nameOf(rule.rule), value: JSON.stringify(due.cursor) });
      if (due.slot !== null) happenings.push(happeningOf(rule, due.slot, now));
    }
    return { percepts: { happenings, cursors: told }, moves };
  }

  async function* perceive(signal: AbortSignal): AsyncGenerator<Perception<Percepts>> {
    while (!signal.aborted) {
      const { percepts, moves } = look();
      if (percepts.cursors.length === 0) {
        await bell.wait(sleepMs(), signal);
        continue;
      }
      const gone = [...dropped];
      yield {
        batch: percepts,
        accept() {
          for (const [rule, cursor] of moves) cursors.set(rule, cursor);
          for (const rule of gone) dropped.delete(rule);
        },
      };
    }
  }

  function sleepMs(): number {
    const now = clock.now();
    const next = Math.min(
      ...[...watched.values()].map(({ slots }) => slots.next(now) ?? Number.POSITIVE_INFINITY),
    );
    return Math.max(0, Math.min(next - now, LONGEST_SLEEP));
  }

  const facts = () =>
    [...watched.values()].map(({ rule, slots }) => {
      const next = slots.next(clock.now());
      const told = cursors.get(rule.rule)?.told ?? null;
      return { rule: rule.rule, told, next, tooLate: next === null && told !== null && isPast(slots, told) };
    });

  return {
    perceive,
    heed(rules) {
      const before = watched;
      const scheduled = rules.flatMap(({ name, on }) =>
        on.schedule ? [{ rule: name, on: on.schedule }] : [],
      );
      watched = new Map(scheduled.map((rule) => [rule.rule, watch(rule)]));
      for (const rule of before.keys()) if (!watched.has(rule)) dropped.add(rule);
      for (const rule of watched.keys()) dropped.delete(rule);
      for (const rule of dropped) cursors.delete(rule);
      bell.ring();
    },
    facts,
    health() {
      if (watched.size === 0)
        return { name: 'schedule', state: 'ok', detail: 'no rule is on a schedule', roots: [] };
      const late = facts().filter(({ tooLate }) => tooLate);
      const detail = late.map(({ rule }) => `${rule}: its time was over when the rule came`).join('; ');
      return { name: 'schedule', state: detail === '' ? 'ok' : 'degraded', detail, roots: [] };
    },
  };
}

/** Whether an only time came before an instant, and not at it. */
function isPast(slots: Slots, instant: number): boolean {
  return (slots.next(Number.NEGATIVE_INFINITY) ?? instant) < instant;
}

const PREFIX = 'schedule:';
const nameOf = (rule: string) => `${PREFIX}${rule}`;

function happeningOf(rule: ScheduledRule, slot: NonNullable<Due['slot']>, now: number): Happening {
  const iso = new Date(slot.at).toISOString();
  const since = new Date(slot.since).toISOString();
  const missed =
    slot.missed === 0 ? '' : `\n${slot.missed} earlier time${slot.missed === 1 ? ' was' : 's were'} missed.`;
  return {
    dedup: `schedule:${rule.rule}#${iso}`,
    sense: 'schedule',
    subject: `schedule:${rule.rule}`,
    kind: 'schedule.due',
    at: now,
    data: {
      slot: iso,
      missed: slot.missed,
      ...(rule.on.gather === undefined ? {} : { gather: { ...rule.on.gather, since, until: iso } }),
    },
    text: `Due at ${iso}.${missed}`,
    rule: rule.rule,
  };
}

const cursorShape = z.object({ last: z.number(), told: z.number(), fingerprint: z.string() });
