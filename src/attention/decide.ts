import type { FileChange, FileObservation } from '../contract/event.ts';
import type { EventData } from '../contract/event-data.ts';
import { matchesRule } from '../contract/glob.ts';
import type { Match } from '../contract/match.ts';
import type { Rule } from '../contract/rule.ts';
import { PRIORITY } from '../contract/thought.ts';

/** What one rule makes of one event, and why. */
export interface Decision {
  rule: Rule;
  /** Null where the rule does not want it. A `carried` match counts only where it replaces an unclaimed thought. */
  match: Match | null;
  why: string;
}

/** A change of one file as rules are asked about it; absolute path texts. */
export interface ChangeInQuestion {
  path: string;
  change: FileChange;
  from: string | undefined;
}

/** Asks every rule about a change, in the order given. */
export function decide(change: ChangeInQuestion, rules: readonly Rule[]): Decision[] {
  return rules.map((rule) => decideOne(change, rule));
}

function decideOne(change: ChangeInQuestion, rule: Rule): Decision {
  const on = rule.on.file;
  if (!on) return { rule, match: null, why: 'it is not about files' };
  const seenAs = changeSeenBy(rule, change);
  if (seenAs === null) return { rule, match: null, why: `its paths do not match: ${on.paths.join(', ')}` };
  const match: Match = {
    rule: rule.name,
    version: rule.version,
    settleMs: on.settleMs,
    priority: PRIORITY.reaction,
    seenAs,
    carried: false,
  };
  if (on.changes.includes(seenAs)) return { rule, match, why: `${seenAs}, and its paths match` };
  const why = `its paths match, but it asks for ${on.changes.join(', ')} and this was ${seenAs}`;
  return { rule, match: seenAs === 'deleted' ? null : { ...match, carried: true }, why };
}

/** The change as a rule sees it: a move into its paths is `added`, out of them `deleted`; null = none of its paths. */
export function changeSeenBy(rule: Rule, { path, change, from }: ChangeInQuestion): FileChange | null {
  const here = matchesRule(rule, path);
  if (change !== 'moved' || from === undefined) return here ? change : null;
  const there = matchesRule(rule, from);
  if (here && there) return 'moved';
  if (here) return 'added';
  return there ? 'deleted' : null;
}

/** The event's data as a rule sees it: after a move out of its paths, the file's former name was deleted. */
export function dataSeenBy(rule: Rule, data: EventData): EventData {
  if (data.path === undefined || data.change !== 'moved' || data.from === undefined) return data;
  const change = changeSeenBy(rule, { path: data.path, change: data.change, from: data.from });
  if (change === null || change === 'moved') return data;
  const { from, ...rest } = data;
  return change === 'deleted' ? { ...rest, change, path: from, name: nameOf(from) } : { ...rest, change };
}

/** The change in question of an observation beneath a root; null where it only refreshes the index. */
export function questionOf(root: string, observation: FileObservation): ChangeInQuestion | null {
  const { change, path, from } = observation;
  if (change === 'existing' || change === 'unchanged') return null;
  return { path: `${root}/${path}`, change, from: from === undefined ? undefined : `${root}/${from}` };
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
