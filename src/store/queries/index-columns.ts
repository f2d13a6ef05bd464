import type { FolderIdentity, IndexColumns } from '../../contract/event.ts';
import { statement, type Transaction } from '../statement.ts';

/** Texts are joined by SQLite, and numbers handed over one row after another: a third of the time of a query for rows [measured]. */
const select = statement<{ root: string }, { paths: string | null; hashes: string | null }>(
  `SELECT group_concat(path, char(0)) AS paths,
     group_concat(coalesce(hash, '0000000000000000'), '') AS hashes,
     count(visit(dev, ino, birth, size, mtime, ctime)) AS rows
   FROM files WHERE root = (SELECT id FROM roots WHERE path = :root) AND present = 1`,
);
const selectRoot = statement<
  { root: string },
  { baselined: number; since: number | null; dev: number | null; ino: number | null; birth: number | null }
>(
  `SELECT baselined_at IS NOT NULL AS baselined, met_at AS since, dev, ino, birth FROM roots WHERE path = :root`,
);

/** Numbers a row. */
const FIELDS = 6;

/**
 * The whole index of the root with this path as columns, whose buffers may be transferred to another thread;
 * a root that was never watched has an empty one.
 */
export async function indexColumns(tx: Transaction, input: { root: string }): Promise<IndexColumns> {
  const root = await tx.one(selectRoot, input);
  let stats = new Float64Array(1024 * FIELDS);
  let length = 0;
  const all = await tx.visit(select, input, (dev = 0, ino = 0, birth = 0, size = 0, mtime = 0, ctime = 0) => {
    if (length === stats.length) stats = longer(stats);
    stats[length] = dev;
    stats[length + 1] = ino;
    stats[length + 2] = birth;
    stats[length + 3] = size;
    stats[length + 4] = mtime;
    stats[length + 5] = ctime;
    length += FIELDS;
  });
  return {
    paths: all?.paths ?? '',
    stats: stats.slice(0, length),
    hashes: numbersOf(all?.hashes ?? ''),
    baselined: root?.baselined === 1,
    since: root?.since ?? null,
    identity: identityOf(root),
  };
}

function identityOf(
  root: { dev: number | null; ino: number | null; birth: number | null } | undefined,
): FolderIdentity | null {
  if (!root) return null;
  const { dev, ino, birth } = root;
  return dev === null || ino === null || birth === null ? null : { dev, ino, birth };
}

function longer(stats: Float64Array): Float64Array<ArrayBuffer> {
  const twice = new Float64Array(stats.length * 2);
  twice.set(stats);
  return twice;
}

/** The numbers of 16 hex digits each, all at once: a BigInt parsed for each would double the time. */
function numbersOf(digits: string): BigUint64Array<ArrayBuffer> {
  const numbers = new BigUint64Array(digits.length / 16);
  const bytes = Buffer.from(numbers.buffer);
  bytes.write(digits, 'hex');
  // Little-endian, as every machine that Node runs on.
  bytes.swap64();
  return numbers;
}
