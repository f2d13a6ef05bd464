import { statement, type Transaction } from '../statement.ts';

const insert = statement<{ thought: string; key: string; text: string }>(
  `INSERT INTO parts (thought, key, text)
   SELECT :thought, :key, :text WHERE EXISTS (SELECT 1 FROM thoughts WHERE id = :thought)
   ON CONFLICT (thought, key) DO UPDATE SET text = excluded.text`,
);
const select = statement<{ thought: string }, { key: string; text: string }>(
  `SELECT key, text FROM parts WHERE thought = :thought`,
);
const count = statement<{ thought: string }, { n: number }>(
  `SELECT count(*) AS n FROM parts WHERE thought = :thought AND key <> 'cut'`,
);
const remove = statement<{ thought: string }>(`DELETE FROM parts WHERE thought = :thought`);

/** Keeps what was made of a part of a thought's document; `key` = all that shaped it. */
export async function keepPart(
  tx: Transaction,
  input: { thought: string; key: string; text: string },
): Promise<void> {
  await tx.run(insert, input);
}

/** What is kept of a thought's parts, by key. */
export async function partsOf(tx: Transaction, input: { thought: string }): Promise<Map<string, string>> {
  return new Map((await tx.all(select, input)).map(({ key, text }) => [key, text]));
}

/** Removes what is kept of a thought's parts. */
export async function dropParts(tx: Transaction, thought: string): Promise<void> {
  await tx.run(remove, { thought });
}

/** Of how many parts of a thought's document something is kept. */
export async function partCount(tx: Transaction, thought: string): Promise<number> {
  return (await tx.one(count, { thought }))?.n ?? 0;
}
