import { statement, type Transaction } from '../statement.ts';

const select = statement<Record<string, never>, { thought: string }>(
  `SELECT thought FROM outputs WHERE state = 'applied' AND mode <> 'send' ORDER BY applied_at DESC LIMIT 1`,
);

/** The thought whose output was applied last, stands still and can be taken back; null where there is none. */
export async function lastApplied(tx: Transaction): Promise<string | null> {
  return (await tx.one(select, {}))?.thought ?? null;
}
