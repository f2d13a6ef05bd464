import { REQUEST_RULE, type Rule } from '../contract/rule.ts';
import type { HoldView } from '../contract/status-view.ts';
import { type Lanes, lanesOf } from '../mind/lanes.ts';
import type { Holds } from '../queue/holds.ts';
import type { NotNow } from '../queue/manners.ts';
import type { Pauses } from '../queue/pauses.ts';
import type { Store } from '../store/store.ts';
import type { Configuration } from './configuration.ts';
import type { ProviderSet } from './providers.ts';

/** Where every rule's thoughts go just now, and the holds that follow from it. */
export interface Routing {
  lanes(): Lanes;
  /** Brings the holds in line with health and rules. */
  update(): void;
  /** Why ready thoughts of a rule version are not claimed just now; null where they are. `asked`: by a person. */
  why(version: string, asked?: boolean): string | null;
  /** These rules have used up their rate. */
  limit(limited: readonly { rule: string; until: number }[]): void;
  /** Of these versions ready thoughts wait. */
  waits(versions: readonly string[]): void;
  /** Somebody asked something: from now on the built-in request rule's provider counts, too. */
  asked(): void;
}

export async function createRouting(options: {
  store: Store;
  configuration: Configuration;
  providers: ProviderSet;
  holds: Holds;
  pauses: Pauses;
  /** Why a rule's manners do not let it think now; null = they do. */
  notNow(rule: Rule): NotNow | null;
}): Promise<Routing> {
  const { store, configuration, providers, holds, pauses, notNow } = options;
  const lanes = () => lanesOf(configuration.allRules(), providers.health.health, providers.map(), pauses.why);
  let limits = new Map<string, number>();
  let waiting: readonly string[] = [];
  let asked = (await store.read('listThoughts', UNPROCESSED_REQUESTS)).length > 0;

  function update(): void {
    // The built-in request rule waits for its provider only where somebody has asked something.
    const held = asked ? configuration.allRules() : configuration.rules();
    const wanted = holdsOf(lanes(), held, providers, pauses);
    const besides = (name: string, hold: NotNow) => {
      if (!wanted.has(`rule ${name}`)) wanted.set(`rule ${name}`, { what: 'rule', name, ...hold });
    };
    for (const [name, until] of limits) besides(name, { reason: usedUp(until), until });
    // A rule that may not think now and has nothing to think about is none that anybody waits for.
    for (const rule of configuration.rules()) {
      const hold = waiting.includes(rule.version) ? notNow(rule) : null;
      if (hold !== null) besides(rule.name, hold);
    }
    for (const { what, name } of holds.list())
      if (OURS.has(what) && !wanted.has(`${what} ${name}`)) holds.clear(what, name);
    for (const { what, name, reason, until } of wanted.values()) holds.set(what, name, reason, until);
  }

  return {
    lanes,
    update,
    why(version, asked = false) {
      const where = lanes().routes.get(version);
      if (where !== undefined && where.kind !== 'go') return where.reason;
      const rule = configuration.allRules().find((each) => each.version === version);
      const until = limits.get(rule?.name ?? '');
      if (until !== undefined) return usedUp(until);
      return rule === undefined || asked ? null : (notNow(rule)?.reason ?? null);
    },
    waits(versions) {
      const isSame = versions.length === waiting.length && versions.every((each) => waiting.includes(each));
      waiting = versions;
      if (!isSame) update();
    },
    limit(limited) {
      const next = new Map(limited.map(({ rule, until }) => [rule, until]));
      const isSame =
        next.size === limits.size && [...next].every(([rule, until]) => limits.get(rule) === until);
      if (isSame) return;
      limits = next;
      update();
    },
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

/** Kinds of hold that follow from routes, pauses and rates; other kinds are set by whoever meets them. */
const OURS: ReadonlySet<HoldView['what']> = new Set(['provider', 'rule', 'all']);

interface WantedHold {
  what: HoldView['what'];
  name: string;
  reason: string;
  until?: number;
}

function usedUp(until: number): string {
  // Sweden writes 14:03:22.
  return `its rate is used up: the next may be thought at ${new Date(until).toLocaleTimeString('sv')}`;
}

/** What holds these rules: a person, a provider that one of them waits for, or that no provider may ever think one. */
function holdsOf(lanes: Lanes, rules: readonly Rule[], providers: ProviderSet, pauses: Pauses) {
  const holds = new Map<string, WantedHold>();
  const { all, rules: named } = pauses.view();
  if (all) holds.set('all rules', { what: 'all', name: 'rules', reason: pauses.words(null) });
  for (const name of named) holds.set(`rule ${name}`, { what: 'rule', name, reason: pauses.words(name) });
  for (const { name, version } of rules) {
    const where = lanes.routes.get(version);
    if (where?.kind === 'impossible') holds.set(`rule ${name}`, { what: 'rule', name, reason: where.reason });
    // Where it is there, a rule's own model is not, and only that rule waits.
    if (where?.kind === 'held' && providers.health.health(where.provider).state === 'online') {
      holds.set(`rule ${name}`, { what: 'rule', name, reason: where.reason });
      continue;
    }
    // Before its first probe a provider is not known to be away.
    if (where?.kind !== 'held' || providers.health.health(where.provider).state === 'unknown') continue;
    holds.set(`provider ${where.provider}`, { what: 'provider', name: where.provider, reason: where.reason });
  }
  return holds;
}
