import { statement, type Transaction } from '../statement.ts';

const oldest = statement<Record<string, never>, { id: string; leaseUntil: number }>(
  `SELECT id, lease_until AS leaseUntil FROM thoughts WHERE state = 'running' ORDER BY lease_until LIMIT 1`,
);

/** The running thought whose lease was extended the longest ago, and until when it is held (epoch ms); null = none runs. */
export async function oldestLease(tx: Transaction): Promise<{ id: string; leaseUntil: number } | null> {
  return (await tx.one(oldest, {})) ?? null;
}
