import { statement, type Transaction } from '../statement.ts';

const insert = statement<{ path: string }>(`INSERT INTO roots (path) VALUES (:path) ON CONFLICT DO NOTHING`);
const select = statement<{ path: string }, { id: number; baselined: number }>(
  `SELECT id, baselined_at IS NOT NULL AS baselined FROM roots WHERE path = :path`,
);

export interface RegisteredRoot {
  id: number;
  path: string;
  baselined: boolean;
}

/** Gives every watched root its id; a root is known by its path. */
export async function registerRoots(tx: Transaction, input: { paths: string[] }): Promise<RegisteredRoot[]> {
  const roots: RegisteredRoot[] = [];
  for (const path of input.paths) {
    await tx.run(insert, { path });
    const row = await tx.one(select, { path });
    if (row) roots.push({ id: row.id, path, baselined: row.baselined === 1 });
  }
  return roots;
}
