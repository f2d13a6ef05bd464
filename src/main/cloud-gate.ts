import type { Log } from '../base/log.ts';
import { secretValues } from '../base/secrets.ts';
import type { Config } from '../contract/config.ts';
import type { EventData } from '../contract/event-data.ts';
import type { CloudGate, Cost } from '../mind/cloud.ts';
import { serverSettings } from '../mind/providers/create.ts';
import type { Configuration } from './configuration.ts';
import type { ProviderSet } from './providers.ts';
import { whyItStays } from './stays-here.ts';

export interface CloudGateOptions {
  configuration: Pick<Configuration, 'config' | 'allRules'>;
  environment: Readonly<Record<string, string | undefined>>;
  log: Pick<Log, 'warning'>;
}

/** What guards calls that leave this machine, by the configuration in force. */
export function cloudGate(
  { configuration, environment, log }: CloudGateOptions,
  providers: Pick<ProviderSet, 'holdUntil'>,
): Pick<CloudGate, 'costOf' | 'secrets' | 'onBudget'> & { staysHere(data: EventData): string | null } {
  const ofEnvironment = secretValues(environment);
  return {
    costOf(provider): Cost {
      const settings = serverSettings(configuration.config().values)[provider];
      const budget = settings !== undefined && 'budget' in settings ? settings.budget : null;
      const prices = settings !== undefined && 'prices' in settings ? settings.prices : undefined;
      return {
        caps: {
          tokensPerDay: budget?.tokens_per_day ?? null,
          tokensPerThought: budget?.tokens_per_thought ?? null,
          moneyPerDay: budget?.money_per_day ?? null,
          moneyPerThought: budget?.money_per_thought ?? null,
        },
        inputPrice: (prices?.input ?? 0) / 1e6,
        outputPrice: (prices?.output ?? 0) / 1e6,
      };
    },
    secrets: () => withConfigured(ofEnvironment, configuration.config()),
    staysHere: (data) => whyItStays(data, configuration.config().roots, configuration.allRules()),
    onBudget(provider, until, reason) {
      log.warning('budget used up', { provider, until: new Date(until).toISOString() });
      providers.holdUntil(provider, until, reason);
    },
  };
}

/** Values that must not leave this machine: those of the environment, and keys of the configuration. */
export function secretsOf(
  config: Config,
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  return withConfigured(secretValues(environment), config);
}

function withConfigured(
  values: ReadonlyMap<string, string>,
  { secrets }: Config,
): ReadonlyMap<string, string> {
  return new Map([
    ...values,
    ...secrets.map((value): [string, string] => [value, 'a key of the configuration']),
  ]);
}
