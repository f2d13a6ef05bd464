import type { StoredRule } from '../operations/rules.ts';
import { statement, type Transaction } from '../statement.ts';

const select = statement<Record<string, never>, StoredRule>(
  `SELECT r.name, r.version, r.file, v.text FROM rules r JOIN rule_versions v ON v.version = r.version`,
);
const selectMet = statement<{ rule: string; root: number }, { existing: string }>(
  `SELECT existing FROM met_roots WHERE rule = :rule AND root = :root`,
);
const selectPaths = statement<
  { root: number; after: string; unhashed: number; limit: number },
  { path: string }
>(
  `SELECT path FROM files WHERE root = :root AND path > :after AND present = 1 AND (:unhashed = 0 OR hash IS NULL)
   ORDER BY path LIMIT :limit`,
);

/** The last good version of every rule, which survives restarts. */
export async function rulesInForce(tx: Transaction): Promise<StoredRule[]> {
  return tx.all(select, {});
}

/** Whether the question of existing files is decided for a rule and root. */
export async function hasMet(tx: Transaction, input: { rule: string; root: number }): Promise<boolean> {
  return (await tx.one(selectMet, input)) !== undefined;
}

export interface PathsQuery {
  root: number;
  /** The last path of the page before; empty for the first. */
  after: string;
  unhashedOnly: boolean;
  limit: number;
}

/** A page of a root's indexed files (relative path texts, in order). */
export async function indexedPaths(tx: Transaction, query: PathsQuery): Promise<string[]> {
  const { root, after, limit } = query;
  const rows = await tx.all(selectPaths, { root, after, limit, unhashed: query.unhashedOnly ? 1 : 0 });
  return rows.map((row) => row.path);
}
