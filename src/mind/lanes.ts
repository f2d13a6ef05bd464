import type { Provider } from '../contract/provider.ts';
import type { ProviderHealth } from '../contract/provider-health.ts';
import type { Rule } from '../contract/rule.ts';
import { type Route, route } from './route.ts';

/** Where every rule's thoughts go now: which may be claimed, for whom, and which are held or impossible. */
export interface Lanes {
  /** By provider: the rule versions that it thinks now. */
  open: { provider: string; versions: string[] }[];
  routes: Map<string, Route>;
}

/** Routes every rule; pure. `pausedWhy` = why a rule is paused, null where it is not. */
export function lanesOf(
  rules: readonly Rule[],
  healthOf: (provider: string) => ProviderHealth,
  providers: ReadonlyMap<string, Pick<Provider, 'local'>>,
  pausedWhy: (rule: string) => string | null,
): Lanes {
  const routeOf = ({ name, mind }: Rule): Route => {
    const reason = pausedWhy(name);
    return reason === null ? route(mind, healthOf, providers) : { kind: 'paused', reason };
  };
  const routes = new Map(rules.map((rule) => [rule.version, routeOf(rule)]));
  const open = new Map<string, string[]>();
  for (const [version, where] of routes) {
    if (where.kind !== 'go') continue;
    open.set(where.provider, [...(open.get(where.provider) ?? []), version]);
  }
  return { open: Array.from(open, ([provider, versions]) => ({ provider, versions })), routes };
}
