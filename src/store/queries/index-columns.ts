import type { IndexColumns } from '../../contract/event.ts';
import { statement, type Transaction } from '../statement.ts';

const select = statement<
  { root: number },
  {
    path: string;
    dev: number;
    ino: number;
    birth: number;
    size: number;
    mtime: number;
    ctime: number;
    hash: string | null;
  }
>(`SELECT path, dev, ino, birth, size, mtime, ctime, hash FROM files WHERE root = :root AND present = 1`);
const baselined = statement<{ root: number }, { done: number }>(
  `SELECT baselined_at IS NOT NULL AS done FROM roots WHERE id = :root`,
);

/** A root's whole index as columns; their buffers may be transferred to another thread. */
export async function indexColumns(tx: Transaction, input: { root: number }): Promise<IndexColumns> {
  const rows = await tx.all(select, { root: input.root });
  const stats = new Float64Array(rows.length * 6);
  const hashes = new BigUint64Array(rows.length);
  const paths: string[] = new Array(rows.length);
  let at = 0;
  for (const row of rows) {
    paths[at] = row.path;
    stats.set([row.dev, row.ino, row.birth, row.size, row.mtime, row.ctime], at * 6);
    if (row.hash !== null) hashes[at] = BigInt(`0x${row.hash}`);
    at += 1;
  }
  return { paths: paths.join('\0'), stats, hashes, baselined: (await tx.one(baselined, input))?.done === 1 };
}
