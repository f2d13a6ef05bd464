import { isRecord } from '../server/json.ts';
import { NO_OFFER, type Offer } from '../server/offer.ts';

/** Names that embedding models and rerankers go by, where a server does not tell types. */
const EMBEDDING = /(^|[/_.-])(text-embedding|embed(ding|dings)?|bge|gte|e5|minilm|rerank(er)?)([/_.:-]|$)/i;

/**
 * The models in a `GET /models` body, or null where it is no such body: local servers answer unknown routes with
 * 200 (lmstudio-bug-tracker #618), so only an array under `data` or `models` proves a model server.
 */
export function offerOf(body: unknown): Offer | null {
  const list = isRecord(body) ? (Array.isArray(body['data']) ? body['data'] : body['models']) : null;
  if (!Array.isArray(list)) return null;
  const entries = list.filter(isRecord);
  const models = entries.filter((entry) => !isEmbedding(entry));
  const [first] = models;
  return {
    ...NO_OFFER,
    chat: models.flatMap(idOf),
    embedding: entries.filter(isEmbedding).flatMap(idOf),
    loaded: idOf(first)[0] ?? null,
    abilities: Object.fromEntries(
      models.flatMap((entry) => {
        const context = contextIn(entry);
        return context === null ? [] : idOf(entry).map((id) => [id, { context }]);
      }),
    ),
  };
}

/** The context of a model as it is loaded: llama-server's `meta.n_ctx` (of one slot), vLLM's `max_model_len`. */
function contextIn(entry: Record<string, unknown>): number | null {
  const { meta } = entry;
  const said = (isRecord(meta) ? meta['n_ctx'] : undefined) ?? entry['max_model_len'];
  return typeof said === 'number' && said > 0 ? said : null;
}

/** Whether an entry of a list of models is one for embeddings or reranking. */
export function isEmbedding(entry: Record<string, unknown>): boolean {
  if (typeof entry['type'] === 'string' && /^(text-)?embeddings?$/i.test(entry['type'])) return true;
  return idOf(entry).some((id) => EMBEDDING.test(id));
}

/** The name by which an entry is asked for, in a list of one or none. */
export function idOf(entry: unknown): string[] {
  if (!isRecord(entry)) return [];
  const id = entry['id'] ?? entry['key'] ?? entry['model'] ?? entry['name'];
  return typeof id === 'string' && id !== '' ? [id] : [];
}
