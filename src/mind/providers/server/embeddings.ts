import type { EmbedResult } from '../../../contract/provider.ts';
import { isRecord } from './json.ts';

/**
 * The vectors in an answer, or what is wrong with them: servers have sent fewer than asked for, vectors of zeros,
 * of another length, and of base64 read as numbers (lmstudio-bug-tracker #756, pietheinstrengholt/rssmonster#276).
 */
export function vectorsIn(body: unknown, wanted: number): EmbedResult {
  const lists = listsIn(body);
  if (lists === null) return wrong('no embeddings came');
  if (lists.length !== wanted) return wrong(`${lists.length} embeddings came for ${wanted} texts`);
  const vectors = lists.map((list) => Float32Array.from(list));
  const length = vectors[0]?.length ?? 0;
  for (const [at, vector] of vectors.entries()) {
    if (vector.length === 0 || vector.length !== length)
      return wrong(`embedding ${at + 1} has ${vector.length} numbers, the first has ${length}`);
    if (vector.some((number) => !Number.isFinite(number)))
      return wrong(`embedding ${at + 1} holds what is no number`);
    if (vector.every((number) => number === 0)) return wrong(`embedding ${at + 1} is all zeros`);
  }
  return { ok: true, vectors };
}

/** OpenAI's `data[].embedding`, by index; Ollama's `embeddings[]`. */
function listsIn(body: unknown): number[][] | null {
  if (!isRecord(body)) return null;
  const { data, embeddings } = body;
  if (Array.isArray(embeddings)) return embeddings.every(isNumbers) ? embeddings : null;
  if (!Array.isArray(data)) return null;
  const entries = data.filter(isRecord).toSorted((a, b) => Number(a['index'] ?? 0) - Number(b['index'] ?? 0));
  const lists = entries.map((entry) => entry['embedding']);
  return lists.every(isNumbers) ? lists : null;
}

function isNumbers(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number');
}

function wrong(message: string): EmbedResult {
  return { ok: false, failure: { kind: 'bad-answer', message } };
}
