import { statement, type Transaction } from '../statement.ts';

/** What a person has paused, since when (epoch ms); the empty name is everything. */
export interface Pause {
  rule: string;
  since: number;
}

const select = statement<Record<string, never>, Pause>(`SELECT rule, since FROM pauses ORDER BY rule`);
const insert = statement<{ rule: string; now: number }>(
  `INSERT INTO pauses (rule, since) VALUES (:rule, :now) ON CONFLICT DO NOTHING`,
);
const remove = statement<{ rule: string }>(`DELETE FROM pauses WHERE rule = :rule`);

/** Pauses a rule, or everything (the empty name); what is paused now. */
export async function pause(tx: Transaction, input: { rule: string; now: number }): Promise<Pause[]> {
  await tx.run(insert, input);
  return tx.all(select, {});
}

/** Lifts the pause of a rule, or the one of everything (the empty name); what is still paused. */
export async function resume(tx: Transaction, input: { rule: string }): Promise<Pause[]> {
  await tx.run(remove, input);
  return tx.all(select, {});
}

export async function pauses(tx: Transaction): Promise<Pause[]> {
  return tx.all(select, {});
}
