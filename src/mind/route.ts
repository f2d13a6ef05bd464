import type { Provider } from '../contract/provider.ts';
import type { Abilities, ProviderHealth } from '../contract/provider-health.ts';
import type { Rule } from '../contract/rule.ts';

/** Who thinks a thought now, or why nobody does. Reasons are for people. */
export type Route =
  | { kind: 'go'; provider: string; model: string }
  /** Able, but not online: no attempt is spent on waiting. */
  | { kind: 'held'; provider: string; model: string; reason: string }
  /** A person has paused its rule, or everything. */
  | { kind: 'paused'; reason: string }
  /** None of the rule's models may or can ever think it as things are configured. */
  | { kind: 'impossible'; reason: string };

/** What one thought needs of a model beyond what its rule says. */
export interface Needs {
  /** It is only pictures: why its text is not there. */
  pictures: string | null;
  /** Why it does not leave this machine; null = the rule decides. */
  stays: string | null;
  /** Whether a model has room for it; asked only where the context is known. */
  hasRoom(model: string, context: number): boolean;
}

/** Providers by name, as far as routing looks at them. */
export type Known = ReadonlyMap<string, Pick<Provider, 'local'>>;

/**
 * The first able model of a rule, in the rule's order; health decides whether to wait for it, not who is chosen,
 * unless the rule says `offline: next`. A provider that is not local is able only where the rule allows cloud.
 */
export function route(
  mind: Pick<Rule['mind'], 'models' | 'offline' | 'cloud' | 'tools'>,
  healthOf: (provider: string) => ProviderHealth,
  known: Known,
  needs: Needs = NO_NEEDS,
): Route {
  const unable: string[] = [];
  let held: Route | undefined;
  for (const { provider, model } of mind.models.map(splitModel)) {
    const health = healthOf(provider);
    const why = heldReason(health, provider, model);
    // Of one that is away and has never told, nobody knows what it is able to.
    const isUnknown = why !== null && health.abilities === undefined;
    const never =
      forbiddenReason(provider, mind.cloud, known, needs) ??
      (isUnknown ? null : unableReason(`${provider}/${model}`, abilitiesOf(health, model), mind, needs));
    if (never !== null) {
      unable.push(never);
      continue;
    }
    if (why === null) return { kind: 'go', provider, model };
    held ??= { kind: 'held', provider, model, reason: why };
    if (mind.offline === 'hold') break;
  }
  return held ?? { kind: 'impossible', reason: unable.join('; ') || 'the rule names no model' };
}

const NO_NEEDS: Needs = { pictures: null, stays: null, hasRoom: () => true };

/** What a model is known to be able to, as its provider was last seen. */
export function abilitiesOf({ abilities }: ProviderHealth, model: string): Abilities {
  return abilities?.[model] ?? {};
}

/** Why a model of a provider cannot be called just now; null where it can. */
export function heldReason(
  { state, reason, missing, noneLoaded, models }: ProviderHealth,
  provider: string,
  model: string,
): string | null {
  // What is there and not loaded is loaded by asking for it by name.
  const isLoadable = noneLoaded === true && model !== 'local-model' && models.includes(model);
  if (state !== 'online' && !isLoadable) return reason || `${provider} is ${state}`;
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

function forbiddenReason(
  provider: string,
  cloud: Rule['mind']['cloud'],
  known: Known,
  { stays }: Needs,
): string | null {
  const found = known.get(provider);
  if (found === undefined)
    return `no provider is named ${provider} (there are: ${[...known.keys()].join(', ')})`;
  if (found.local) return null;
  if (cloud !== 'allow') return `${provider} is not local, and the rule does not say cloud: allow`;
  return stays === null ? null : `${provider} is not local, and ${stays}`;
}

function unableReason(
  model: string,
  { context, vision, tools }: Abilities,
  mind: Pick<Rule['mind'], 'tools'>,
  { pictures, hasRoom }: Needs,
): string | null {
  // What a server does not say of its model, it is not taken to see: a picture would be an error, or be ignored.
  if (pictures !== null && vision !== true) return `${model} does not see pictures`;
  if (mind.tools !== undefined && tools === false)
    return `${model} does not call tools, which the rule names`;
  if (context !== undefined && !hasRoom(model, context))
    return `${model} has no room for it (${context} tokens of context)`;
  return null;
}
