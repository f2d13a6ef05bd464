import { canonicalJson } from '../base/canonical-json.ts';
import { idOf } from '../base/ids.ts';
import type { Condition } from '../contract/condition.ts';
import type { Cursor, Happening, Measured } from '../contract/happening.ts';
import type { Rule } from '../contract/rule.ts';
import { type Firing, step } from './condition.ts';
import { conditionCursor, type Known, knownConditions } from './condition-cursor.ts';
import { firingText } from './firing-text.ts';

export interface JudgeOptions {
  /** The cursors that were last journaled, by name. */
  cursors: ReadonlyMap<string, string>;
  /** How far apart a sense's measurements are meant to be: three times that without one is a gap. */
  everyMs(sense: Measured['sense']): number;
}

/** What rules on vitals and processes make of what was measured. */
export type Judge = (
  measured: Measured,
  rules: readonly Rule[],
) => { happenings: Happening[]; cursors: Cursor[] };

/**
 * Checks the conditions of rules against measurements, as they come. How far each has come is a cursor, which commits
 * with what it fired: nothing is told twice, whenever the daemon is stopped. A changed condition begins anew.
 */
export function createJudge({ cursors, everyMs }: JudgeOptions): Judge {
  const known = knownConditions(cursors);
  const written = new Map<string, { turns: string; at: number }>();

  function isWorthWriting(name: string, come: Known): boolean {
    const turns = turnsOf(come);
    const before = written.get(name);
    const { at } = come.state;
    if (before?.turns === turns && Math.abs(at - before.at) < WRITE_MS) return false;
    written.set(name, { turns, at });
    return true;
  }

  function advance(measured: Measured, rule: Rule): Firing | null {
    const on = conditionFor(measured, rule);
    if (on === null) return null;
    const text = wordsOf(rule);
    const before = known.get(rule.name);
    const state = before?.on === text ? before.state : null;
    const { at, readings, sense } = measured;
    const stepped = step(state, on.when, { at, readings, everyMs: everyMs(sense) }, on.cooldownMs);
    known.set(rule.name, { on: text, state: stepped.state });
    return stepped.fired;
  }

  return (measured, rules) => {
    const fired = rules.flatMap((rule) => {
      const firing = advance(measured, rule);
      return firing === null ? [] : [{ rule, firing }];
    });
    const moved = rules.flatMap((rule) => {
      const come = conditionFor(measured, rule) === null ? undefined : known.get(rule.name);
      return come === undefined || !isWorthWriting(rule.name, come) ? [] : [conditionCursor(rule.name, come)];
    });
    const gone = [...known.keys()].filter((name) => !rules.some((rule) => rule.name === name && wants(rule)));
    for (const name of gone) {
      known.delete(name);
      written.delete(name);
    }
    return {
      happenings: fired.map(({ rule, firing }) => happeningOf(rule, firing, measured)),
      cursors: [...moved, ...gone.map((name) => conditionCursor(name, null))],
    };
  };
}

/**
 * How often a cursor is journaled in which nothing has turned: each is a commit. Where the daemon ends before, its last
 * minutes without a turn are a gap, and a time that was running begins anew: nothing fires twice by that, or never.
 */
const WRITE_MS = 60_000;

/** All of a condition's state but for the values of the moment. */
function turnsOf({ on, state: { clauses, since, fired, firedAt } }: Known): string {
  const instances = clauses.map((clause) =>
    Object.entries(clause).map(([of, { holds, since: from }]) => [of, holds, from]),
  );
  return JSON.stringify([on, since, fired, firedAt, instances]);
}

/** The condition of a rule that is checked against such a measurement; null = it is about something else. */
function conditionFor(measured: Measured, rule: Rule): { when: Condition; cooldownMs: number } | null {
  if (measured.rule !== undefined && measured.rule !== rule.name) return null;
  const { when, cooldownMs = 0 } = (measured.sense === 'vitals' ? rule.on.vitals : rule.on.process) ?? {};
  return when === undefined ? null : { when, cooldownMs };
}

function wants({ on }: Rule): boolean {
  return (on.vitals?.when ?? on.process?.when) !== undefined;
}

/** What decides about the condition: another prompt or output does not make it begin anew. */
function wordsOf({ on }: Rule): string {
  return idOf('condition', canonicalJson({ vitals: on.vitals ?? null, process: on.process ?? null }));
}

function happeningOf(rule: Rule, firing: Firing, { sense, offenders = '' }: Measured): Happening {
  const { at, since, clauses } = firing;
  const [first] = clauses;
  const what = first === undefined ? '' : [first.metric, first.of].filter((each) => each !== '').join(' ');
  return {
    dedup: `condition:${rule.name}#${wordsOf(rule)}#${since}`,
    sense,
    subject: `${sense === 'vitals' ? 'vitals' : 'process'}:${what}`,
    kind: sense === 'vitals' ? 'vitals.condition' : 'process.condition',
    at,
    data: first === undefined ? {} : { condition: conditionData(first) },
    text: offenders === '' ? firingText(firing) : `${firingText(firing)}\n\nWho uses the most:\n${offenders}`,
    rule: rule.name,
  };
}

function conditionData({ metric, of, value, before, limit, since }: Firing['clauses'][number]) {
  return { metric, of, value, before, limit, since: new Date(since).toISOString() };
}
