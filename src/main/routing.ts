import { REQUEST_RULE, type Rule } from '../contract/rule.ts';
import { type Lanes, lanesOf } from '../mind/lanes.ts';
import type { Holds } from '../queue/holds.ts';
import type { Store } from '../store/store.ts';
import type { Configuration } from './configuration.ts';
import type { ProviderSet } from './providers.ts';

/** Where every rule's thoughts go just now, and the holds that follow from it. */
export interface Routing {
  lanes(): Lanes;
  /** Brings the holds in line with health and rules. */
  update(): void;
  /** Somebody asked something: from now on the built-in request rule's provider counts, too. */
  asked(): void;
}

export async function createRouting(options: {
  store: Store;
  configuration: Configuration;
  providers: ProviderSet;
  holds: Holds;
}): Promise<Routing> {
  const { store, configuration, providers, holds } = options;
  const lanes = () => lanesOf(configuration.allRules(), providers.health.health, providers.map());
  let asked = (await store.read('listThoughts', UNPROCESSED_REQUESTS)).length > 0;

  function update(): void {
    // The built-in request rule waits for its provider only where somebody has asked something.
    const waiting = asked ? configuration.allRules() : configuration.rules();
    for (const [name, reason] of heldProviders(lanes(), waiting, providers)) {
      if (reason === null) holds.clear('provider', name);
      else holds.set('provider', name, reason);
    }
  }

  return {
    lanes,
    update,
    asked() {
      asked = true;
      update();
    },
  };
}

const UNPROCESSED_REQUESTS = {
  state: null,
  rule: REQUEST_RULE,
  since: null,
  unprocessed: true,
  subject: null,
  limit: 1,
} as const;

/** Every provider with the reason why one of these rules waits for it, null where none does. */
function heldProviders(
  lanes: Lanes,
  rules: readonly Rule[],
  providers: ProviderSet,
): Map<string, string | null> {
  const held = new Map<string, string | null>(Array.from(providers.map().keys(), (name) => [name, null]));
  for (const rule of rules) {
    const where = lanes.routes.get(rule.version);
    // Before its first probe a provider is not known to be away.
    if (where?.kind !== 'held' || providers.health.health(where.provider).state === 'unknown') continue;
    held.set(where.provider, where.reason);
  }
  return held;
}
