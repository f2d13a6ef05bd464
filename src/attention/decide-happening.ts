import type { SenseName } from '../contract/event.ts';
import type { EventData } from '../contract/event-data.ts';
import type { Happening } from '../contract/happening.ts';
import type { RuleMatch } from '../contract/match.ts';
import type { Rule, RuleOn } from '../contract/rule.ts';
import { PRIORITY } from '../contract/thought.ts';

/** The matches of the rules that want a happening. */
export function matchesOf(happening: Happening, rules: readonly Rule[]): RuleMatch[] {
  return rules
    .filter((rule) => wantsHappening(rule, happening))
    .map(({ name, version }) => ({ rule: name, version, settleMs: 0, priority: PRIORITY.reaction }));
}

/** Whether a rule wants what a sense other than files perceived. */
export function wantsHappening(
  rule: Rule,
  { sense, kind, rule: only, data }: Pick<Happening, 'sense' | 'kind' | 'rule'> & { data: EventData },
): boolean {
  const trigger = TRIGGER_OF[sense];
  const on = trigger === undefined ? undefined : rule.on[trigger];
  if (on === undefined) return false;
  if (only !== undefined) return rule.name === only;
  if (sense !== 'daemon') return false;
  const events: readonly string[] = rule.on.daemon?.events ?? [];
  // A rule on the daemon that heard of its own thoughts would never be done.
  return events.includes(kind) && data.rule !== rule.name;
}

/** What of `on` a sense's happenings are for. */
const TRIGGER_OF: Partial<Record<SenseName, keyof RuleOn>> = {
  processes: 'process',
  vitals: 'vitals',
  logs: 'log',
  schedule: 'schedule',
  daemon: 'daemon',
};
