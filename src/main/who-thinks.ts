import { systemClock, watchingClock } from '../base/clock.ts';
import { CodedError, EXIT } from '../base/errors.ts';
import type { Config } from '../contract/config.ts';
import type { Provider } from '../contract/provider.ts';
import type { ProviderHealth } from '../contract/provider-health.ts';
import type { Rule } from '../contract/rule.ts';
import { routeFor } from '../mind/needs.ts';
import type { Needs } from '../mind/route.ts';
import type { RehearseOptions } from '../surfaces/daemon.ts';
import { packageVersion } from '../surfaces/version.ts';
import { createProviders } from './providers.ts';

/** How often a server that loads a model, or is too busy, is asked again. */
const AGAIN_MS = 1000;

/** Found on its way: these pass by themselves. */
const PASSING: ReadonlySet<ProviderHealth['state']> = new Set(['loading', 'overloaded']);

/**
 * Who thinks for a rule just now, by the answers of the servers themselves. Waits while one loads or is busy; throws
 * `model-held` (exit 69) where one is away, `model-impossible` (exit 78) where none may ever think it.
 */
export async function whoThinks(
  rule: Pick<Rule, 'mind'>,
  config: Config,
  needs: Needs,
  { cloud, onStep, signal }: Pick<RehearseOptions, 'cloud' | 'onStep' | 'signal'>,
): Promise<{ provider: Provider; model: string; close(): void }> {
  const providers = createProviders(config, packageVersion(), watchingClock);
  // Connections that are kept open would keep this process alive.
  const close = () => {
    for (const provider of providers.values()) provider.close?.();
  };
  try {
    // Those elsewhere are not even asked how they are.
    const models = rule.mind.models.filter((model) => cloud === true || isHere(model, providers));
    const [first] = rule.mind.models;
    if (models.length === 0 && first !== undefined) throw elsewhere(first);
    const who = await chosen({ mind: { ...rule.mind, models } }, providers, needs, { onStep, signal });
    return { ...who, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Also where nobody has that name: what is wrong with it is said later. */
function isHere(model: string, providers: ReadonlyMap<string, Provider>): boolean {
  return providers.get(model.split('/', 1)[0] ?? '')?.local !== false;
}

async function chosen(
  rule: Pick<Rule, 'mind'>,
  providers: ReadonlyMap<string, Provider>,
  needs: Needs,
  { onStep, signal }: Pick<RehearseOptions, 'onStep' | 'signal'>,
): Promise<{ provider: Provider; model: string }> {
  const named = new Set(rule.mind.models.map((model) => model.split('/', 1)[0] ?? ''));
  let told = '';
  for (;;) {
    const health = new Map<string, ProviderHealth>();
    await Promise.all(
      [...providers].map(async ([name, provider]) => {
        if (named.has(name)) health.set(name, await provider.probe(signal));
      }),
    );
    const where = routeFor(rule.mind, (name) => health.get(name) ?? UNASKED, providers, needs);
    switch (where.kind) {
      case 'go': {
        const provider = providers.get(where.provider);
        if (provider) return { provider, model: where.model };
        break;
      }
      case 'held':
        if (!PASSING.has(health.get(where.provider)?.state ?? 'offline')) throw held(where.reason);
        if (told !== where.reason) onStep({ kind: 'waiting', reason: where.reason });
        told = where.reason;
        break;
      case 'impossible':
      case 'paused':
        throw new CodedError(
          'model-impossible',
          needs.pictures === null ? where.reason : `it ${needs.pictures}; ${where.reason}`,
          {
            value: rule.mind.models.join(', '),
            allowed: `a model of: ${[...providers.keys()].join(', ')}`,
            exitCode: EXIT.config,
          },
        );
      default:
        where satisfies never;
    }
    await systemClock.sleep(AGAIN_MS, signal);
  }
}

const UNASKED: ProviderHealth = { state: 'unknown', reason: '', models: [], loaded: null, checkedAt: null };

/** Nothing leaves this machine without being asked for; a daemon asks by its rule and counts it in its budget. */
export function elsewhere(model: string): CodedError {
  return new CodedError('cloud-not-asked', `${model} is not on this machine or its network`, {
    value: model,
    allowed: 'with --cloud: what is sent then leaves this machine, and is not counted in its budget',
  });
}

function held(reason: string): CodedError {
  return new CodedError('model-held', reason, {
    next: 'start the model server and load a model, or try another one: --model builtin/extract needs none',
    exitCode: EXIT.unavailable,
    retryable: true,
  });
}
