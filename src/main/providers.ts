import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { Config } from '../contract/config.ts';
import type { Provider } from '../contract/provider.ts';
import type { ProviderHealth } from '../contract/provider-health.ts';
import { createHealthMonitor, type HealthMonitor } from '../mind/health.ts';
import type { Places } from '../mind/places.ts';
import { createBuiltinProvider } from '../mind/providers/builtin.ts';
import { createServer, serverSettings } from '../mind/providers/create.ts';

/** Every provider of the configuration, by name; `lmstudio` and `builtin` always exist. */
export function createProviders(config: Config, version: string, clock: Clock): Map<string, Provider> {
  const built = new Map<string, Provider>();
  for (const [name, settings] of Object.entries(serverSettings(config.values)))
    built.set(name, createServer(name, settings, { version, clock }));
  return built.set('builtin', createBuiltinProvider());
}

/** The providers in force with their health: one set at a time, exchanged whole when the configuration changes. */
export interface ProviderSet {
  map(): ReadonlyMap<string, Provider>;
  health: HealthMonitor;
  maxRetries(provider: string): number;
  /** Nobody is to call it until then (epoch ms): its budget is used up. */
  holdUntil(provider: string, until: number, reason: string): void;
  /** Whose budget is used up, until when (epoch ms) and why. */
  spent(): { provider: string; until: number; reason: string }[];
  /** Exchanges the set; calls under way end on the old one. */
  replace(config: Config): void;
}

export interface ProviderSetOptions {
  config: Config;
  places: Places;
  version: string;
  clock: Clock;
  random: Random;
  onChange(name: string, health: ProviderHealth): void;
}

/** `watch` of its health probes the set in force until the signal aborts. */
export function createProviderSet(options: ProviderSetOptions): ProviderSet {
  const { places, version, clock, random, onChange } = options;
  const make = (config: Config) => {
    const map = createProviders(config, version, clock);
    return {
      config,
      map,
      monitor: createHealthMonitor({ providers: [...map.values()], places, clock, random, onChange }),
    };
  };
  let set = make(options.config);
  let exchanged = new AbortController();
  const held = new Map<string, { until: number; reason: string }>();
  const healthOf = (name: string): ProviderHealth => {
    const health = set.monitor.health(name);
    const hold = held.get(name);
    if (hold === undefined || hold.until <= clock.now()) return health;
    return { ...health, state: 'overloaded', reason: hold.reason, retryAt: hold.until };
  };
  return {
    map: () => set.map,
    maxRetries: (name) =>
      serverSettings(set.config.values)[name]?.max_retries ?? options.config.values.lm_studio.max_retries,
    holdUntil(name, until, reason) {
      held.set(name, { until, reason });
      onChange(name, healthOf(name));
    },
    spent: () =>
      [...held]
        .filter(([, { until }]) => until > clock.now())
        .map(([provider, { until, reason }]) => ({ provider, until, reason })),
    replace(config) {
      if (JSON.stringify(settingsIn(config)) === JSON.stringify(settingsIn(set.config))) return;
      set = make(config);
      // Its budget may be another one now.
      held.clear();
      exchanged.abort();
    },
    health: {
      health: healthOf,
      answered: (name, thought) => set.monitor.answered(name, thought),
      settled: (name, signal) => set.monitor.settled(name, signal),
      blame: (name, failure, call, signal) => set.monitor.blame(name, failure, call, signal),
      inTurn: (name, thought, call) => set.monitor.inTurn(name, thought, call),
      want: (names) => set.monitor.want(names),
      async watch(signal) {
        while (!signal.aborted) {
          exchanged = new AbortController();
          await set.monitor.watch(AbortSignal.any([signal, exchanged.signal]));
        }
      },
    },
  };
}

function settingsIn({ values }: Config): unknown {
  return [values.lm_studio, values.providers];
}
