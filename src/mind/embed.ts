import { CodedError } from '../base/errors.ts';
import { createGate } from '../base/gate.ts';
import { sha256 } from '../base/ids.ts';
import type { Provider } from '../contract/provider.ts';
import type { Store } from '../store/store.ts';

/** Vectors of texts by one model, kept by content: a text that was embedded once is not sent again. */
export interface Embedder {
  /**
   * In the order of the texts, all of one length. Throws `embeddings-off`, `embeddings-failed`, `cloud-not-asked`.
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]>;
}

export interface EmbedderOptions {
  store: Store;
  /** `provider/model` as configured; null = none. Asked anew each time. */
  model(): string | null;
  /** Texts in one request. */
  batch(): number;
  providers(): ReadonlyMap<string, Provider>;
}

/** One request at a time: parallel ones have brought local servers down (lmstudio-bug-tracker #463). */
const AT_ONCE = 1;

export function createEmbedder({ store, model, batch, providers }: EmbedderOptions): Embedder {
  const gate = createGate(AT_ONCE);
  return {
    async embed(texts, signal) {
      const vectors = await some(texts, signal);
      if (new Set(vectors.map((vector) => vector.length)).size < 2) return vectors;
      // Another model goes by this name now: what was kept of the old one cannot be compared with it.
      await store.write('dropVectors', { model: model() ?? '' });
      const anew = await some(texts, signal);
      const lengths = new Set(anew.map((vector) => vector.length));
      if (lengths.size > 1)
        throw failed(model() ?? '', `it makes vectors of ${[...lengths].join(' and of ')} numbers`);
      return anew;
    },
  };

  async function some(texts: readonly string[], signal: AbortSignal): Promise<Float32Array[]> {
    const name = model();
    if (name === null) {
      throw new CodedError('embeddings-off', 'no model makes embeddings', {
        allowed: 'embeddings: { model: provider/model } in config.yaml',
      });
    }
    const { provider, id } = providerOf(name, providers());
    const hashes = texts.map((text) => sha256(text));
    const known = new Map(
      Array.from(await store.read('vectorsOf', { model: name, hashes }), ([hash, bytes]) => [
        hash,
        fromBytes(bytes),
      ]),
    );
    const missing = texts.filter((_text, at) => !known.has(hashes[at] ?? ''));
    const wanted = [...new Set(missing)];
    for (let at = 0; at < wanted.length; at += batch()) {
      const batched = wanted.slice(at, at + batch());
      const leave = await gate.enter(signal);
      try {
        const came = await provider.embed?.(batched, id, signal);
        if (came?.ok !== true) throw failed(name, came?.failure.message ?? `${provider.name} makes none`);
        const vectors = batched.flatMap((text, index) => {
          const vector = came.vectors[index];
          return vector === undefined ? [] : [{ hash: sha256(text), vector }];
        });
        for (const { hash, vector } of vectors) known.set(hash, vector);
        const kept = vectors.map(({ hash, vector }) => ({ hash, vector: toBytes(vector) }));
        await store.write('keepVectors', { model: name, vectors: kept });
      } finally {
        leave();
      }
    }
    return hashes.flatMap((hash) => known.get(hash) ?? []);
  }
}

function providerOf(
  name: string,
  providers: ReadonlyMap<string, Provider>,
): { provider: Provider; id: string } {
  const slash = name.indexOf('/');
  const provider = providers.get(name.slice(0, slash));
  if (provider === undefined) throw failed(name, 'no provider has that name');
  if (provider.local) return { provider, id: name.slice(slash + 1) };
  throw new CodedError('cloud-not-asked', `${name} is not on this machine or its network`, {
    value: name,
    allowed: 'a model of a server here: texts of watched files are embedded',
  });
}

function failed(name: string, why: string): CodedError {
  return new CodedError('embeddings-failed', `${name} made no embeddings: ${why}`, {
    value: name,
    retryable: true,
  });
}

function toBytes(vector: Float32Array): Uint8Array {
  return new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength);
}

function fromBytes(bytes: Uint8Array): Float32Array {
  return new Float32Array(bytes.slice().buffer);
}
