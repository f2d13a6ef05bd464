import type { FailureKind, ProviderFailure } from '../../../contract/provider.ts';
import type { ProviderHealth } from '../../../contract/provider-health.ts';

/** The failure of a call that was not made, because the server has no model for it just now. */
export function unready({ state, reason, models, retryAt, checkedAt }: ProviderHealth): ProviderFailure {
  const wait =
    retryAt === undefined || checkedAt === null ? {} : { retryAfterMs: Math.max(0, retryAt - checkedAt) };
  return { kind: kindOf(state, models), message: reason, ...wait };
}

function kindOf(state: ProviderHealth['state'], models: string[]): FailureKind {
  switch (state) {
    case 'loading':
      return models.length > 0 ? 'no-model' : 'loading';
    case 'overloaded':
      return 'overloaded';
    case 'online':
    case 'offline':
    case 'broken':
    case 'unknown':
      return 'unavailable';
    default:
      return state satisfies never;
  }
}
