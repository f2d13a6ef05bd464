import type { EventData } from '../../contract/event-data.ts';
import type { Rendering } from '../rendering.ts';

/** What a receiver is told of an answered thought where the rule does not say it. */
export interface Facts {
  thought: string;
  rule: string;
  /** When what it is about happened, ISO 8601 in UTC. */
  at: string;
  event: EventData;
  answer: unknown;
}

export function factsOf({ request, scope }: Rendering): Facts {
  const { thought, rule, event } = request;
  const at = new Date(event.at).toISOString();
  return { thought, rule: rule.name, at, event: event.data, answer: scope.answer };
}
