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

/** The last one of the page before. */
export interface AppliedPlace {
  at: number;
  thought: string;
  position: number;
}

const select = statement<{ rule: string; since: number; limit: number } & AppliedPlace, AppliedOutput>(
  `SELECT thought, position, kind, mode, target, source, applied_at AS at FROM outputs
   WHERE rule = :rule AND state = 'applied' AND applied_at >= :since AND applied_at <= :at
     AND (applied_at, thought, position) < (:at, :thought, :position)
   ORDER BY applied_at DESC, thought DESC, position DESC LIMIT :limit`,
);
/** Behind all there are. */
const LAST: AppliedPlace = { at: Number.MAX_SAFE_INTEGER, thought: '', position: 0 };

/** What a rule has done since a time (epoch ms; null = ever) and what still stands, the newest first. */
export async function appliedBy(
  tx: Transaction,
  { rule, since, after, limit }: { rule: string; since: number | null; after?: AppliedPlace; limit?: number },
): Promise<AppliedOutput[]> {
  return tx.all(select, { rule, since: since ?? 0, ...(after ?? LAST), limit: limit ?? -1 });
}
