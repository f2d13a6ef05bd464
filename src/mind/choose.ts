import type { Provider } from '../contract/provider.ts';
import type { Assignment, ThinkContext } from './assignment.ts';
import type { Captured } from './compose.ts';
import type { Failed } from './fault.ts';
import { needsOf, routeFor } from './needs.ts';
import { NO_CALL } from './report.ts';

/** Who thinks this thought: the model its rule goes to, or the first that is able to where that one is not. */
export function choose(
  { thought, rule, data, provider, model }: Assignment,
  { health, experience, staysHere, providers }: ThinkContext,
  captured: Captured | null,
  prompt: string,
): { provider: Provider; model: string } | Failed {
  const needs = needsOf({ captured, prompt, rule, experience, stays: staysHere(data) });
  const known = providers();
  const where = routeFor(rule.mind, health.health, known, needs);
  switch (where.kind) {
    case 'go': {
      const found = where.provider === provider.name ? provider : known.get(where.provider);
      return found === undefined ? { provider, model } : { provider: found, model: where.model };
    }
    case 'held':
      // It went away since it was claimed for: whoever asks it finds out.
      if (where.provider === provider.name) return { provider, model: where.model };
      return {
        outcome: 'held',
        reason: where.reason,
        call: NO_CALL,
        retryAfterMs: Math.min(AGAIN_MOST_MS, AGAIN_MS * thought.attempt),
      };
    case 'paused':
    case 'impossible':
      return {
        outcome: 'final',
        reason:
          needs.pictures === null ? where.reason : `${data.name ?? 'it'} ${needs.pictures}; ${where.reason}`,
        call: NO_CALL,
      };
    default:
      return where satisfies never;
  }
}

/** Its rule's own model is there, so it is claimed again, less and less often: each time costs a row. */
const AGAIN_MS = 5000;
const AGAIN_MOST_MS = 5 * 60_000;
