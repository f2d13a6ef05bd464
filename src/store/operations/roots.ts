import { statement, type Transaction } from '../statement.ts';

const insert = statement<{ path: string; now: number }>(
  `INSERT INTO roots (path, met_at) VALUES (:path, :now) ON CONFLICT DO NOTHING`,
);
const select = statement<{ path: string }, { id: number; baselined: number }>(
  `SELECT id, baselined_at IS NOT NULL AS baselined FROM roots WHERE path = :path`,
);

export interface RegisteredRoot {
  id: number;
  path: string;
  baselined: boolean;
}

/** Gives every watched root its id; a root is known by its path. `now` is when those that are new were first met. */
export async function registerRoots(
  tx: Transaction,
  input: { paths: string[]; now: number },
): Promise<RegisteredRoot[]> {
  const roots: RegisteredRoot[] = [];
  for (const path of input.paths) {
    await tx.run(insert, { path, now: input.now });
    const row = await tx.one(select, { path });
    if (row) roots.push({ id: row.id, path, baselined: row.baselined === 1 });
  }
  return roots;
}
