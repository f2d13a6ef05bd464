import type { Picture } from '../../contract/provider.ts';
import { getBytes } from '../blob.ts';
import { statement, type Transaction } from '../statement.ts';

const capture = statement<{ id: string }, { capture: string | null }>(
  `SELECT capture FROM thoughts WHERE id = :id AND captured IS NOT NULL`,
);

/** The pictures that a thought is about, with the SHA-256 of each; those that retention has taken are left out. */
export async function picturesOf(
  tx: Transaction,
  { id }: { id: string },
): Promise<(Picture & { hash: string })[]> {
  const row = await tx.one(capture, { id });
  const facts: { pictures?: { type: Picture['type']; hash: string }[] } = JSON.parse(row?.capture ?? '{}');
  const found: (Picture & { hash: string })[] = [];
  for (const { type, hash } of facts.pictures ?? []) {
    const bytes = await getBytes(tx, hash);
    if (bytes !== null) found.push({ type, hash, bytes: new Uint8Array(bytes) });
  }
  return found;
}
