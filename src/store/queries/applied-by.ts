import type { OutputMode } from '../../contract/output.ts';
import { statement, type Transaction } from '../statement.ts';

/** An output that was applied and still stands. */
export interface AppliedOutput {
  thought: string;
  position: number;
  kind: string;
  mode: OutputMode;
  target: string;
  source: string | null;
  /** Epoch milliseconds. */
  at: number;
}

const select = statement<{ rule: string; since: number }, AppliedOutput>(
  `SELECT thought, position, kind, mode, target, source, applied_at AS at FROM outputs
   WHERE rule = :rule AND state = 'applied' AND applied_at >= :since ORDER BY applied_at DESC, position DESC`,
);

/** What a rule has done since a time (epoch ms; null = ever) and what still stands, the newest first. */
export async function appliedBy(
  tx: Transaction,
  { rule, since }: { rule: string; since: number | null },
): Promise<AppliedOutput[]> {
  return tx.all(select, { rule, since: since ?? 0 });
}
