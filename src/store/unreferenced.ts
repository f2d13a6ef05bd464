import { openSqlite } from './sqlite.ts';
import { statement } from './statement.ts';

export interface UnreferencedQuery {
  /** Blobs that were stored, or stored again, in this epoch or later are left alone: their reference may be newer than this look. */
  epoch: number;
  /** Epoch ms: bytes written and replaced for thoughts that ended before are not needed for undoing any more. */
  undoneBefore: number;
  limit: number;
}

const select = statement<UnreferencedQuery, { hash: string }>(
  `SELECT hash FROM blobs WHERE used < :epoch AND hash NOT IN (
     SELECT captured FROM thoughts WHERE captured IS NOT NULL
     UNION ALL SELECT p.value ->> 'hash' FROM thoughts, json_each(thoughts.capture, '$.pictures') p
       WHERE captured IS NOT NULL AND capture LIKE '%"pictures"%'
     UNION ALL SELECT prompt FROM attempts WHERE prompt IS NOT NULL
     UNION ALL SELECT o.content FROM outputs o JOIN thoughts t ON t.id = o.thought
       WHERE t.finished_at IS NULL OR t.finished_at >= :undoneBefore
     UNION ALL SELECT o.replaced FROM outputs o JOIN thoughts t ON t.id = o.thought
       WHERE o.replaced IS NOT NULL AND (t.finished_at IS NULL OR t.finished_at >= :undoneBefore)
   ) LIMIT :limit`,
);

/**
 * Blobs that nothing needs any more, found by looking at every reference at once: an index on each of them would cost
 * every thought, this costs a thread of its own some 2 µs a reference, and nothing to those who write.
 */
export function unreferencedBlobs(path: string, { epoch, undoneBefore, limit }: UnreferencedQuery): string[] {
  const connection = openSqlite(path, { readOnly: true });
  try {
    // The set of references may be larger than memory should be.
    connection.exec('PRAGMA temp_store = FILE');
    return connection.all(select, { epoch, undoneBefore, limit }).map((row) => row.hash);
  } finally {
    connection.close();
  }
}
