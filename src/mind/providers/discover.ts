import { createTransport } from '../transport.ts';
import { isEmbedding, offerOf } from './openai/models.ts';
import { textOf } from './server/body-text.ts';
import { isRecord, parseJson } from './server/json.ts';

/** A model server that was found on this machine. */
export interface FoundServer {
  kind: 'lmstudio' | 'ollama' | 'llama-server' | 'openai-compatible';
  /** With `/v1`, as a provider is configured. */
  baseUrl: string;
  /** Chat models; the loaded ones first. */
  models: FoundModel[];
  /** Calls that it takes at once, where it says so. */
  slots: number | null;
}

export interface FoundModel {
  id: string;
  loaded: boolean;
  /** Tokens of context that it is loaded with; null where the server does not say. */
  context: number | null;
}

/** The ports that LM Studio, Ollama and llama-server listen on unless told otherwise. */
export const USUAL_PORTS = [1234, 11434, 8080] as const;

/** A server on this machine answers a list of its models in milliseconds; one that is busy may need longer. */
const WITHIN_MS = 2000;
const BODY_LIMIT = 4 * 1024 * 1024;

/** Asks what listens on these loopback ports, and tells servers by their bodies alone, never by port or status. */
export async function discoverServers(signal: AbortSignal, ports: readonly number[]): Promise<FoundServer[]> {
  const found = await Promise.all(ports.map((port) => serverAt(port, signal)));
  return found.filter((server) => server !== null);
}

type Ask = (path: string) => Promise<unknown>;
type Identity = Pick<FoundServer, 'kind' | 'models' | 'slots'>;

async function serverAt(port: number, signal: AbortSignal): Promise<FoundServer | null> {
  const origin = new URL(`http://127.0.0.1:${port}`);
  const transport = createTransport({ origin, connections: 4 });
  const within = AbortSignal.any([signal, AbortSignal.timeout(WITHIN_MS)]);
  const ask: Ask = async (path) => {
    try {
      const exchange = await transport.send({ method: 'GET', path, headers: {}, signal: within });
      return parseJson(await textOf(exchange.body, BODY_LIMIT));
    } catch {
      // Nobody there, or nobody who speaks HTTP.
      signal.throwIfAborted();
      return undefined;
    }
  };
  try {
    for (const identify of [lmStudio, ollama, llamaServer, compatible]) {
      const identity = await identify(ask);
      if (identity !== null)
        return {
          ...identity,
          models: identity.models.toSorted((a, b) => Number(b.loaded) - Number(a.loaded)),
          baseUrl: `${origin.origin}/v1`,
        };
    }
    return null;
  } finally {
    transport.close();
  }
}

async function lmStudio(ask: Ask): Promise<Identity | null> {
  const listed = listIn(await ask('/api/v1/models'), 'models').filter((entry) =>
    Array.isArray(entry['loaded_instances']),
  );
  if (listed.length === 0) return null;
  const models = listed
    .filter((entry) => !isEmbedding(entry))
    .map((entry) => {
      const [instance] = listIn(entry, 'loaded_instances');
      return {
        id: textIn(instance, 'id') ?? textIn(entry, 'key') ?? '',
        loaded: instance !== undefined,
        context: numberIn(instance?.['config'], 'context_length'),
      };
    });
  return { kind: 'lmstudio', models, slots: null };
}

async function ollama(ask: Ask): Promise<Identity | null> {
  const body = await ask('/api/tags');
  if (!isRecord(body) || !Array.isArray(body['models'])) return null;
  const running = new Map(
    listIn(await ask('/api/ps'), 'models').map((entry) => [
      textIn(entry, 'name'),
      numberIn(entry, 'context_length'),
    ]),
  );
  const models = listIn(body, 'models')
    .filter((entry) => !isEmbedding(entry))
    .flatMap((entry) => {
      const id = textIn(entry, 'name');
      return id === null ? [] : [{ id, loaded: running.has(id), context: running.get(id) ?? null }];
    });
  return { kind: 'ollama', models, slots: null };
}

async function llamaServer(ask: Ask): Promise<Identity | null> {
  const props = await ask('/props');
  if (!isRecord(props) || !isRecord(props['default_generation_settings'])) return null;
  const context = numberIn(props['default_generation_settings'], 'n_ctx');
  const models = (offerOf(await ask('/v1/models'))?.chat ?? []).map((id) => ({ id, loaded: true, context }));
  return { kind: 'llama-server', models, slots: numberIn(props, 'total_slots') };
}

async function compatible(ask: Ask): Promise<Identity | null> {
  const offer = offerOf(await ask('/v1/models'));
  if (offer === null) return null;
  // Such a server says nothing of what is loaded; that it lists a model is taken for it.
  const models = offer.chat.map((id) => ({ id, loaded: true, context: null }));
  return { kind: 'openai-compatible', models, slots: null };
}

function listIn(body: unknown, name: string): Record<string, unknown>[] {
  const list = isRecord(body) ? body[name] : null;
  return Array.isArray(list) ? list.filter(isRecord) : [];
}

function textIn(entry: unknown, name: string): string | null {
  const value = isRecord(entry) ? entry[name] : null;
  return typeof value === 'string' && value !== '' ? value : null;
}

function numberIn(entry: unknown, name: string): number | null {
  const value = isRecord(entry) ? entry[name] : null;
  return typeof value === 'number' ? value : null;
}
