import { statement, type Transaction } from '../statement.ts';

/** What calls that left the machine have used of one provider's budget on one day. */
export interface Spent {
  provider: string;
  tokens: number;
  money: number;
  calls: number;
}

const onDay = statement<{ day: string }, Spent>(
  `SELECT provider, sum(tokens) AS tokens, sum(money) AS money, count(*) AS calls
   FROM spending WHERE day = :day GROUP BY provider`,
);

/** By provider, what was used on a day (`2026-04-12`). */
export async function spentOn(tx: Transaction, input: { day: string }): Promise<Spent[]> {
  return tx.all(onDay, input);
}

const ofThought = statement<
  { thought: string },
  { attempt: number; provider: string; bytes: number; pictures: number; calls: number }
>(
  `SELECT attempt, provider, sum(bytes) AS bytes, sum(pictures) AS pictures, count(*) AS calls
   FROM spending WHERE thought = :thought GROUP BY attempt, provider`,
);

/** What of a thought has left the machine, by attempt. */
export async function leftOf(
  tx: Transaction,
  thought: string,
): Promise<Map<number, { provider: string; bytes: number; pictures: number; calls: number }>> {
  const rows = await tx.all(ofThought, { thought });
  return new Map(rows.map(({ attempt, ...left }) => [attempt, left]));
}
