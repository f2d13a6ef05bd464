import type { Clock } from '../../base/clock.ts';
import type { ConfigValues } from '../../contract/config.ts';
import type { ProviderSettings } from '../../contract/config-providers.ts';
import type { Provider } from '../../contract/provider.ts';
import type { Abilities } from '../../contract/provider-health.ts';
import { createAnthropicProvider } from './anthropic.ts';
import { createOllamaProvider } from './ollama.ts';
import { createOpenAICompatibleProvider } from './openai-compatible.ts';
import type { ServerOptions } from './server.ts';

/** The settings of every model server of a configuration, by name; `builtin` is none. */
export function serverSettings({
  lm_studio,
  providers,
}: Pick<ConfigValues, 'lm_studio' | 'providers'>): Record<string, ServerSettings> {
  return { lmstudio: { type: 'openai-compatible', ...lm_studio }, ...providers };
}

/** Those of `lm_studio` have no cost. */
export type ServerSettings = ProviderSettings | (LmStudio & { type: 'openai-compatible' });
type LmStudio = ConfigValues['lm_studio'];

/** Makes the provider of one configured server. */
export function createServer(
  name: string,
  settings: ServerSettings,
  { version, clock }: { version: string; clock: Clock },
): Provider {
  const options: ServerOptions = {
    name,
    baseUrl: settings.base_url,
    ...(settings.api_key === undefined ? {} : { apiKey: settings.api_key }),
    model: settings.model,
    limits: {
      headersMs: settings.headers_timeout * 1000,
      firstTokenMs: settings.first_token_timeout * 1000,
      idleMs: settings.timeout * 1000,
      totalMs: settings.total_timeout === undefined ? null : settings.total_timeout * 1000,
    },
    slots: settings.slots ?? null,
    version,
    clock,
  };
  switch (settings.type) {
    case 'openai-compatible':
      return createOpenAICompatibleProvider({
        ...options,
        load: loadOf(settings.load),
        able: ableOf(settings),
      });
    case 'ollama':
      return createOllamaProvider({
        ...options,
        ...(settings.context_length === undefined ? {} : { contextLength: settings.context_length }),
      });
    case 'anthropic':
      return createAnthropicProvider(options);
    default:
      return settings satisfies never;
  }
}

/** Those of `lm_studio` are told by itself. */
function ableOf(settings: ServerSettings): Abilities {
  const vision = 'vision' in settings ? settings.vision : undefined;
  const context = 'context_length' in settings ? settings.context_length : undefined;
  return { ...(vision === undefined ? {} : { vision }), ...(context === undefined ? {} : { context }) };
}

/** Without the keys that are not set. */
function loadOf({ context_length, flash_attention, parallel }: LmStudio['load']) {
  return {
    ...(context_length === undefined ? {} : { context_length }),
    ...(flash_attention === undefined ? {} : { flash_attention }),
    ...(parallel === undefined ? {} : { parallel }),
  };
}
