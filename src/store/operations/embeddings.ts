import { statement, type Transaction } from '../statement.ts';

const insert = statement<{ model: string; hash: string; vector: Uint8Array }>(
  `INSERT INTO embeddings (model, hash, vector) VALUES (:model, :hash, :vector) ON CONFLICT DO NOTHING`,
);
const select = statement<{ model: string; hash: string }, { vector: Uint8Array }>(
  `SELECT vector FROM embeddings WHERE model = :model AND hash = :hash`,
);

/** Keeps vectors of texts by the SHA-256 of each. */
export async function keepVectors(
  tx: Transaction,
  { model, vectors }: { model: string; vectors: { hash: string; vector: Uint8Array }[] },
): Promise<void> {
  for (const { hash, vector } of vectors) await tx.run(insert, { model, hash, vector });
}

const remove = statement<{ model: string }>(`DELETE FROM embeddings WHERE model = :model`);

/** Removes every vector of a model. */
export async function dropVectors(tx: Transaction, input: { model: string }): Promise<void> {
  await tx.run(remove, input);
}

/** The vectors that are kept, by hash. */
export async function vectorsOf(
  tx: Transaction,
  { model, hashes }: { model: string; hashes: string[] },
): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  for (const hash of hashes) {
    const row = await tx.one(select, { model, hash });
    if (row) found.set(hash, row.vector);
  }
  return found;
}
