import { statement, type Transaction } from '../statement.ts';

const drop = statement<{ before: number; most: number; limit: number }>(
  `DELETE FROM feed WHERE seq IN (
     SELECT seq FROM feed WHERE (at < :before OR seq <= (SELECT max(seq) FROM feed) - :most)
       AND seq < (SELECT max(seq) FROM feed) ORDER BY seq LIMIT :limit)`,
);

/** Rows that go in one operation. */
const BATCH = 500;

/** Removes some of the rows from before (epoch ms) or beyond so many, but never the newest; how many, and whether there are more. */
export async function dropFeed(
  tx: Transaction,
  input: { before: number; most: number },
): Promise<{ dropped: number; more: boolean }> {
  const dropped = await tx.run(drop, { ...input, limit: BATCH });
  return { dropped, more: dropped === BATCH };
}
