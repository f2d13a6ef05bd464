import type { Provider, ProviderHealth } from '../contract/provider.ts';
import type { Rule } from '../contract/rule.ts';

/** Who thinks a thought now, or why nobody does. Reasons are for people. */
export type Route =
  | { kind: 'go'; provider: string; model: string }
  /** Able, but not online: no attempt is spent on waiting. */
  | { kind: 'held'; provider: string; reason: string }
  /** A person has paused its rule, or everything. */
  | { kind: 'paused'; reason: string }
  /** None of the rule's models may or can ever think it as things are configured. */
  | { kind: 'impossible'; reason: string };

/**
 * The first able model of a rule, in the rule's order; health decides whether to wait for it, not who is chosen,
 * unless the rule says `offline: next`. A provider that is not local is able only where the rule allows cloud.
 */
export function route(
  mind: Pick<Rule['mind'], 'models' | 'offline' | 'cloud'>,
  healthOf: (provider: string) => ProviderHealth,
  known: ReadonlyMap<string, Pick<Provider, 'local'>>,
): Route {
  const unable: string[] = [];
  let held: Route | undefined;
  for (const { provider, model } of mind.models.map(splitModel)) {
    const never = unableReason(provider, mind.cloud, known);
    if (never !== undefined) {
      unable.push(never);
      continue;
    }
    const why = heldReason(healthOf(provider), provider, model);
    if (why === null) return { kind: 'go', provider, model };
    held ??= { kind: 'held', provider, reason: why };
    if (mind.offline === 'hold') break;
  }
  return held ?? { kind: 'impossible', reason: unable.join('; ') || 'the rule names no model' };
}

/** Why a model of a provider cannot be called just now; null where it can. */
export function heldReason(
  { state, reason, missing }: ProviderHealth,
  provider: string,
  model: string,
): string | null {
  if (state !== 'online') return reason || `${provider} is ${state}`;
  if (missing?.includes(model) !== true) return null;
  if (model === 'local-model')
    return `${provider} has not the model it is configured for: load it there, or change its model`;
  return `${provider} has no model ${model}: load it there, or name another one in the rule`;
}

/** `provider/model` in two; a model's id may itself contain slashes. */
function splitModel(name: string): { provider: string; model: string } {
  const slash = name.indexOf('/');
  return slash === -1
    ? { provider: name, model: '' }
    : { provider: name.slice(0, slash), model: name.slice(slash + 1) };
}

function unableReason(
  provider: string,
  cloud: Rule['mind']['cloud'],
  known: ReadonlyMap<string, Pick<Provider, 'local'>>,
): string | undefined {
  const found = known.get(provider);
  if (found === undefined)
    return `no provider is named ${provider} (there are: ${[...known.keys()].join(', ')})`;
  if (!found.local && cloud !== 'allow')
    return `${provider} is not local, and the rule does not say cloud: allow`;
  return undefined;
}
