import { SENSES } from '../contract/event.ts';
import type { EventData } from '../contract/event-data.ts';
import type { Rule } from '../contract/rule.ts';
import type { Replacement, UnclaimedThought } from '../store/operations/rules.ts';
import { decide } from './decide.ts';
import { wantsHappening } from './decide-happening.ts';

/** What becomes of unclaimed thoughts when other rule versions come into force: replaced, or cancelled with the reason. */
export function replacements(
  thoughts: readonly UnclaimedThought[],
  rules: readonly Rule[],
  dataOf: (thought: UnclaimedThought) => EventData,
): Replacement[] {
  const byName = new Map(rules.map((rule) => [rule.name, rule]));
  return thoughts.flatMap((thought): Replacement[] => {
    const rule = byName.get(thought.rule);
    if (rule?.version === thought.version) return [];
    const replacement = { id: thought.id, version: null };
    if (!rule) return [{ ...replacement, reason: 'rule removed' }];
    if (!wants(rule, thought, dataOf(thought))) {
      return [{ ...replacement, reason: 'the rule was changed and does not want this event any more' }];
    }
    return [{ id: thought.id, version: rule.version, reason: 'replaced by the newer version of its rule' }];
  });
}

/** Such an event was for its rule when it came, so it is as long as the rule is woken by the same sense. */
function stillWants(rule: Rule, { sense, rule: only }: UnclaimedThought, data: EventData): boolean {
  const name = SENSES.find((each) => each === sense);
  const kind = data.kind ?? '';
  return name !== undefined && wantsHappening(rule, { sense: name, kind, rule: only, data });
}

function wants(rule: Rule, thought: UnclaimedThought, data: EventData): boolean {
  if (thought.sense === 'requests') return rule.on.request !== undefined;
  if (thought.sense !== 'files') return stillWants(rule, thought, data);
  if (data.path === undefined || data.change === undefined) return false;
  const [decision] = decide({ path: data.path, change: data.change, from: data.from }, [rule]);
  return decision?.match?.carried === false;
}
