import type { Clock } from '../../base/clock.ts';
import type { FailureKind, Provider, ProviderHealth } from '../../contract/provider.ts';
import { createTransport } from '../transport.ts';
import { type CallSettings, think } from './openai/call.ts';
import { probeServer } from './openai/probe.ts';
import { addressOf } from './openai/request.ts';

export interface OpenAICompatibleOptions {
  /** The provider's name in configuration and rules. */
  name: string;
  /** With or without `/v1`. */
  baseUrl: string;
  /** Sent as a bearer token; never appears in a message. */
  apiKey?: string;
  /** `local-model` = whichever chat model is loaded. */
  model: string;
  /** Milliseconds of silence allowed after the first token. */
  timeoutMs: number;
  /** Milliseconds until the first token. */
  firstTokenMs: number;
  /** Calls at once. */
  slots: number;
  /** Of this program, for the User-Agent. */
  version: string;
  clock: Clock;
  /** PEM; certificates trusted besides the system's. */
  ca?: string;
}

/** How long the loaded model is remembered: somebody may swap it at any time, and asking is cheap. */
const LOADED_MS = 5_000;

/** A provider for LM Studio, llama-server, Ollama's `/v1` and everything else that speaks OpenAI's chat completions. */
export function createOpenAICompatibleProvider(options: OpenAICompatibleOptions): Provider {
  const { name, clock, slots, model: ownModel } = options;
  const address = addressOf(options.baseUrl);
  const { origin } = address;
  const apiKey = options.apiKey ?? '';
  const transport = createTransport({
    origin,
    connections: slots + 1,
    ...(options.ca === undefined ? {} : { ca: options.ca }),
  });
  const headers = {
    'user-agent': `ConsciousnessOrchestrator/${options.version}`,
    ...(apiKey === '' ? {} : { authorization: `Bearer ${apiKey}` }),
  };
  const settings: CallSettings = { ...options, address, apiKey, headers, transport };
  let known: { loaded: string; until: number } | undefined;

  const probe = async (signal: AbortSignal) => {
    const health = await probeServer(
      { name, address, apiKey, model: ownModel, headers, transport, clock },
      signal,
    );
    const { loaded } = health;
    known = loaded === null ? undefined : { loaded, until: clock.monotonic() + LOADED_MS };
    return health;
  };

  return {
    name,
    slots,
    local: address.local,
    probe,
    async *think(call, signal) {
      const wanted = call.model === 'local-model' ? ownModel : call.model;
      let model: string | null = wanted;
      if (wanted === 'local-model') {
        if (known === undefined || known.until < clock.monotonic()) {
          const health = await probe(signal);
          if (health.loaded === null) return yield { kind: 'failed', failure: unready(health) };
        }
        model = known?.loaded ?? wanted;
      }
      for await (const event of think(settings, call, model, signal)) {
        if (event.kind === 'failed') known = undefined;
        yield event;
      }
    },
    close: () => transport.close(),
  };
}

function unready({ state, reason, models, retryAt, checkedAt }: ProviderHealth) {
  const wait =
    retryAt === undefined || checkedAt === null ? {} : { retryAfterMs: Math.max(0, retryAt - checkedAt) };
  return { kind: kindOf(state, models), message: reason, ...wait };
}

function kindOf(state: ProviderHealth['state'], models: string[]): FailureKind {
  switch (state) {
    case 'loading':
      return models.length > 0 ? 'no-model' : 'loading';
    case 'overloaded':
      return 'overloaded';
    case 'online':
    case 'offline':
    case 'broken':
    case 'unknown':
      return 'unavailable';
    default:
      return state satisfies never;
  }
}
