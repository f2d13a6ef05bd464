import { statement, type Transaction } from '../statement.ts';

const select = statement<Record<string, never>, { thought: string }>(
  `SELECT thought FROM outputs WHERE state = 'applied' ORDER BY applied_at DESC LIMIT 1`,
);

/** The thought whose output was applied last and still stands; null where there is none. */
export async function lastApplied(tx: Transaction): Promise<string | null> {
  return (await tx.one(select, {}))?.thought ?? null;
}
