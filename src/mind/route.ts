import type { Provider, ProviderHealth } from '../contract/provider.ts';
import type { Rule } from '../contract/rule.ts';

/** Who thinks a thought now, or why nobody does. Reasons are for people. */
export type Route =
  | { kind: 'go'; provider: string; model: string }
  /** Able, but not online: no attempt is spent on waiting. */
  | { kind: 'held'; provider: string; reason: string }
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
    const why = unableReason(provider, mind.cloud, known);
    if (why !== undefined) {
      unable.push(why);
      continue;
    }
    const { state, reason } = healthOf(provider);
    if (state === 'online') return { kind: 'go', provider, model };
    held ??= { kind: 'held', provider, reason: reason || `${provider} is ${state}` };
    if (mind.offline === 'hold') break;
  }
  return held ?? { kind: 'impossible', reason: unable.join('; ') || 'the rule names no model' };
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
