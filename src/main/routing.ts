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
    const wanted = holdsOf(lanes(), waiting, providers);
    for (const { what, name } of holds.list()) {
      if ((what === 'provider' || what === 'rule') && !wanted.has(`${what} ${name}`)) holds.clear(what, name);
    }
    for (const { what, name, reason } of wanted.values()) holds.set(what, name, reason);
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

/** What holds these rules: a provider that one of them waits for, or a rule that no provider may ever think. */
function holdsOf(lanes: Lanes, rules: readonly Rule[], providers: ProviderSet) {
  const holds = new Map<string, { what: 'provider' | 'rule'; name: string; reason: string }>();
  for (const { name, version } of rules) {
    const where = lanes.routes.get(version);
    if (where?.kind === 'impossible') holds.set(`rule ${name}`, { what: 'rule', name, reason: where.reason });
    // Before its first probe a provider is not known to be away.
    if (where?.kind !== 'held' || providers.health.health(where.provider).state === 'unknown') continue;
    holds.set(`provider ${where.provider}`, { what: 'provider', name: where.provider, reason: where.reason });
  }
  return holds;
}
