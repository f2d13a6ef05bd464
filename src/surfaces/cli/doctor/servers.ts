import { watchingClock } from '../../../base/clock.ts';
import { messageOf } from '../../../base/errors.ts';
import type { Config } from '../../../contract/config.ts';
import type { Provider } from '../../../contract/provider.ts';
import type { ProviderHealth } from '../../../contract/provider-health.ts';
import { type CallOutcome, listen } from '../../../mind/call.ts';
import { discoverServers } from '../../../mind/providers/discover.ts';
import { NO_CALL } from '../../../mind/report.ts';
import type { Context } from '../command.ts';

/** Milliseconds that a server may take to say how it is, and to answer a few words: one on a laptop may be slow. */
const PROBE_MS = 5000;
const ANSWER_MS = 60_000;

/** A configured model server. */
export interface Server {
  name: string;
  address: string;
  provider: Provider;
}

/** The model servers of a configuration; `builtin` is none. */
export async function serversOf(config: Config, context: Context): Promise<Server[]> {
  const { createServer, serverSettings } = await import('../../../mind/providers/create.ts');
  return Object.entries(serverSettings(config.values)).map(([name, settings]) => ({
    name,
    address: settings.base_url,
    provider: createServer(name, settings, { version: context.version, clock: watchingClock }),
  }));
}

/** How a server says it is; `offline` where it says nothing in time. */
export async function healthOf({ provider }: Server, { signal, clock }: Context): Promise<ProviderHealth> {
  try {
    return await provider.probe(AbortSignal.any([signal, AbortSignal.timeout(PROBE_MS)]));
  } catch (error) {
    signal.throwIfAborted();
    const reason = `no answer (${messageOf(error)})`;
    return { state: 'offline', reason, models: [], loaded: null, checkedAt: clock.now() };
  }
}

/** A real answer to a short question, with its times and tokens. */
export async function askShortly(
  { provider }: Server,
  question: { prompt: string; maxOutputTokens: number },
  { signal, clock }: Context,
): Promise<CallOutcome> {
  const within = AbortSignal.timeout(ANSWER_MS);
  const call = { ...question, model: 'local-model', document: null, documentName: null, schema: null };
  try {
    return await listen(provider, call, clock, () => {}, AbortSignal.any([signal, within]));
  } catch (error) {
    signal.throwIfAborted();
    if (!within.aborted) throw error;
    const message = `no answer within ${ANSWER_MS / 1000} s: slow is not dead, but this is very slow`;
    return {
      text: '',
      reasoning: '',
      calls: [],
      report: NO_CALL,
      cutOff: false,
      failure: { kind: 'timed-out', message },
    };
  }
}

/**
 * Tokens of context that a server has loaded its model with; null where it does not say. Of an Ollama that is
 * configured by its `/v1` alone, it is asked beside that.
 */
export async function loadedContext(
  { address }: Server,
  health: ProviderHealth,
  { signal }: Context,
): Promise<number | null> {
  const { context } = health.abilities?.['local-model'] ?? {};
  if (context !== undefined) return context;
  const { hostname, port, protocol } = new URL(address);
  const isHere = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) && protocol === 'http:';
  if (!isHere) return null;
  const [found] = await discoverServers(signal, [Number(port || 80)]);
  return found?.models.find(({ loaded }) => loaded)?.context ?? null;
}
