import { statement, type Transaction } from '../statement.ts';

/** How many calls a rule may begin in so many milliseconds. */
export interface RateLimit {
  rule: string;
  count: number;
  perMs: number;
}

/** A clock that was set back must not keep a rule waiting for the future. */
const fromFuture = statement<{ rule: string; now: number }>(
  `UPDATE rated SET at = :now WHERE rule = :rule AND at > :now`,
);
const forget = statement<{ rule: string; since: number }>(
  `DELETE FROM rated WHERE rule = :rule AND at <= :since`,
);
const count = statement<{ rule: string }, { n: number }>(
  `SELECT count(*) AS n FROM rated WHERE rule = :rule`,
);
const nth = statement<{ rule: string; skip: number }, { at: number }>(
  `SELECT at FROM rated WHERE rule = :rule ORDER BY at LIMIT 1 OFFSET :skip`,
);
const insert = statement<{ rule: string; at: number; thought: string; attempt: number }>(
  `INSERT INTO rated (rule, at, thought, attempt) VALUES (:rule, :at, :thought, :attempt)`,
);
const remove = statement<{ thought: string; attempt: number }>(
  `DELETE FROM rated WHERE rule = (SELECT rule FROM thoughts WHERE id = :thought)
     AND thought = :thought AND attempt = :attempt`,
);

/** How many more calls a rule may begin now; where none, when the next (epoch ms). */
export async function roomIn(
  tx: Transaction,
  { rule, count: most, perMs }: RateLimit,
  now: number,
): Promise<{ free: number; until: number }> {
  await tx.run(fromFuture, { rule, now });
  await tx.run(forget, { rule, since: now - perMs });
  const used = (await tx.one(count, { rule }))?.n ?? 0;
  if (used < most) return { free: most - used, until: now };
  const oldest = await tx.one(nth, { rule, skip: used - most });
  return { free: 0, until: (oldest?.at ?? now) + perMs };
}

/** Counts a claimed attempt. */
export async function countCall(
  tx: Transaction,
  input: { rule: string; at: number; thought: string; attempt: number },
): Promise<void> {
  await tx.run(insert, input);
}

/** An attempt that came to no call after all does not count. */
export async function uncountCall(
  tx: Transaction,
  input: { thought: string; attempt: number },
): Promise<void> {
  await tx.run(remove, input);
}
