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
const count = statement<{ root: number }, { n: number; baselined: number }>(
  `SELECT count(f.path) AS n, r.baselined_at IS NOT NULL AS baselined
   FROM roots r LEFT JOIN files f ON f.root = r.id AND f.present = 1 WHERE r.id = :root`,
);

/** A root's whole index as columns; their buffers may be transferred to another thread. */
export async function indexColumns(tx: Transaction, input: { root: number }): Promise<IndexColumns> {
  const known = await tx.one(count, input);
  const rows = known?.n ?? 0;
  const stats = new Float64Array(rows * 6);
  const hashes = new BigUint64Array(rows);
  const halves = new Uint32Array(hashes.buffer);
  const paths: string[] = [];
  await tx.each(select, input, (row) => {
    const at = paths.push(row.path) - 1;
    stats[at * 6] = row.dev;
    stats[at * 6 + 1] = row.ino;
    stats[at * 6 + 2] = row.birth;
    stats[at * 6 + 3] = row.size;
    stats[at * 6 + 4] = row.mtime;
    stats[at * 6 + 5] = row.ctime;
    if (row.hash === null) return;
    // Two halves (little-endian, as every machine that Node runs on): a BigInt a row would double the time.
    halves[at * 2] = Number.parseInt(row.hash.slice(8), 16);
    halves[at * 2 + 1] = Number.parseInt(row.hash.slice(0, 8), 16);
  });
  return { paths: paths.join('\0'), stats, hashes, baselined: known?.baselined === 1 };
}
