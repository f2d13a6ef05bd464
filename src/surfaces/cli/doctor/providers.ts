import { messageOf } from '../../../base/errors.ts';
import type { Config } from '../../../contract/config.ts';
import type { Provider } from '../../../contract/provider.ts';
import type { Rule } from '../../../contract/rule.ts';
import type { Context } from '../command.ts';
import { type Finding, ok, quoted, warn } from './finding.ts';

/** Milliseconds that a server may take to say how it is. */
const PROBE_MS = 5000;

/** Every provider, asked itself; the same probe that the daemon uses. One that no rule names may be offline. */
export async function providerFindings(
  context: Context,
  config: Config,
  rules: readonly Rule[],
): Promise<Finding[]> {
  const { createOpenAICompatibleProvider } = await import('../../../mind/providers/openai-compatible.ts');
  const { lm_studio, providers, default_models } = config.values;
  const models = [...default_models, ...rules.flatMap((rule) => rule.mind.models)];
  const used = new Set(models.map((model) => model.split('/', 1)[0]));
  return await Promise.all(
    Object.entries({ lmstudio: lm_studio, ...providers }).map(async ([name, settings]) => {
      const provider = createOpenAICompatibleProvider({
        name,
        baseUrl: settings.base_url,
        ...(settings.api_key === undefined ? {} : { apiKey: settings.api_key }),
        model: settings.model,
        timeoutMs: PROBE_MS,
        firstTokenMs: PROBE_MS,
        slots: settings.slots,
        version: context.version,
        clock: context.clock,
      });
      return await probed(context, provider, settings.base_url, used.has(name));
    }),
  );
}

async function probed(
  context: Context,
  provider: Provider,
  address: string,
  used: boolean,
): Promise<Finding> {
  const check = 'provider';
  const where = `${provider.name} at ${address}`;
  const mend =
    provider.name === 'lmstudio'
      ? 'lms server start'
      : `curl ${quoted(`${address.replace(/\/+$/, '')}/models`)}`;
  try {
    const health = await provider.probe(AbortSignal.any([context.signal, AbortSignal.timeout(PROBE_MS)]));
    const models = health.loaded === null ? health.models.join(', ') : `${health.loaded} loaded`;
    if (health.state === 'online') return ok(check, `${where}: ${models || 'online'}`);
    const detail = `${where}: ${health.state}, ${health.reason}`;
    return used
      ? warn(check, `${detail}; its thoughts are held until it is online`, mend)
      : ok(check, `${detail}; no rule names it`);
  } catch (error) {
    context.signal.throwIfAborted();
    const detail = `${where}: no answer (${messageOf(error)})`;
    return used ? warn(check, detail, mend) : ok(check, `${detail}; no rule names it`);
  } finally {
    await provider.close?.();
  }
}
