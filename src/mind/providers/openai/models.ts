import { isRecord } from './json.ts';

/** What a server offers. */
export interface Offer {
  /** Chat models, by id. */
  chat: string[];
  /** The one that is loaded, or would be by asking for it; null = none. */
  loaded: string | null;
  /** Tokens that one call of it has room for; null where the server does not tell. */
  context: number | null;
}

/** Names that embedding models and rerankers go by, where a server does not tell types. */
const EMBEDDING = /(^|[/_.-])(text-embedding|embed(ding|dings)?|bge|gte|e5|minilm|rerank(er)?)([/_.:-]|$)/i;

/**
 * The chat models in a `GET /models` body, or null where it is no such body: local servers answer unknown
 * routes with 200 (lmstudio-bug-tracker #618), so only an array under `data` or `models` proves a model server.
 */
export function offerOf(body: unknown): Offer | null {
  const list = isRecord(body) ? (Array.isArray(body['data']) ? body['data'] : body['models']) : null;
  if (!Array.isArray(list)) return null;
  const models = list.filter((entry: unknown) => isRecord(entry) && !isEmbedding(entry));
  const [first] = models;
  return { chat: models.flatMap(idOf), loaded: idOf(first)[0] ?? null, context: contextIn(first) };
}

/**
 * The same from LM Studio's native `GET /api/v1/models`, which lists every downloaded model and tells which are
 * loaded; null where the body is not that one.
 */
export function nativeOfferOf(body: unknown): Offer | null {
  const list = isRecord(body) ? body['models'] : null;
  if (!Array.isArray(list)) return null;
  const models = list.filter((entry: unknown) => isRecord(entry) && Array.isArray(entry['loaded_instances']));
  if (models.length === 0 && list.length > 0) return null;
  const chat = models.filter((entry: unknown) => isRecord(entry) && !isEmbedding(entry));
  const instances = chat.flatMap((entry: unknown) => (isRecord(entry) ? entry['loaded_instances'] : []));
  const [loaded]: unknown[] = Array.isArray(instances) ? instances : [];
  return { chat: chat.flatMap(idOf), loaded: idOf(loaded)[0] ?? null, context: contextIn(loaded) };
}

/**
 * The context of a model as it is loaded, not the one it was trained with: LM Studio's `config.context_length`,
 * llama-server's `meta.n_ctx` (of one slot), vLLM's `max_model_len`.
 */
function contextIn(entry: unknown): number | null {
  if (!isRecord(entry)) return null;
  const { config, meta } = entry;
  const said =
    (isRecord(config) ? config['context_length'] : undefined) ??
    (isRecord(meta) ? meta['n_ctx'] : undefined) ??
    entry['max_model_len'];
  return typeof said === 'number' && said > 0 ? said : null;
}

/** Whether an entry of a list of models is one for embeddings or reranking. */
export function isEmbedding(entry: Record<string, unknown>): boolean {
  if (typeof entry['type'] === 'string' && /^(text-)?embeddings?$/i.test(entry['type'])) return true;
  return idOf(entry).some((id) => EMBEDDING.test(id));
}

function idOf(entry: unknown): string[] {
  if (!isRecord(entry)) return [];
  const id = entry['id'] ?? entry['key'] ?? entry['model'] ?? entry['name'];
  return typeof id === 'string' && id !== '' ? [id] : [];
}
