import type { StoredRule } from '../operations/rules.ts';
import { statement, type Transaction } from '../statement.ts';

const select = statement<Record<string, never>, StoredRule>(
  `SELECT r.name, r.version, r.file, v.text FROM rules r JOIN rule_versions v ON v.version = r.version`,
);
const selectMet = statement<{ rule: string; root: number }, { existing: string }>(
  `SELECT existing FROM met_roots WHERE rule = :rule AND root = :root`,
);
const selectPaths = statement<{ root: number }, { path: string; hashed: number }>(
  `SELECT path, hash IS NOT NULL AS hashed FROM files WHERE root = :root AND present = 1`,
);

/** The last good version of every rule, which survives restarts. */
export async function rulesInForce(tx: Transaction): Promise<StoredRule[]> {
  return tx.all(select, {});
}

/** Whether the question of existing files is decided for a rule and root. */
export async function hasMet(tx: Transaction, input: { rule: string; root: number }): Promise<boolean> {
  return (await tx.one(selectMet, input)) !== undefined;
}

/** Every indexed file of a root (relative path texts) and whether its content was hashed. */
export async function indexedPaths(
  tx: Transaction,
  input: { root: number },
): Promise<{ path: string; hashed: boolean }[]> {
  return (await tx.all(selectPaths, input)).map((row) => ({ path: row.path, hashed: row.hashed === 1 }));
}
