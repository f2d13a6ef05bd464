import { statement, type Transaction } from '../statement.ts';

/** How a request with a key was answered. */
export interface KeptReply {
  /** What the key stood for. */
  route: string;
  digest: string;
  /** JSON text. */
  reply: string;
}

const select = statement<{ key: string; since: number }, KeptReply>(
  `SELECT route, digest, reply FROM replies WHERE key = :key AND at >= :since`,
);

/** The reply that a key was given since then (epoch ms); null where there is none. */
export async function keptReply(
  tx: Transaction,
  input: { key: string; since: number },
): Promise<KeptReply | null> {
  return (await tx.one(select, input)) ?? null;
}

const insert = statement<KeptReply & { key: string; at: number }>(
  `INSERT INTO replies (key, route, digest, reply, at) VALUES (:key, :route, :digest, :reply, :at)
   ON CONFLICT (key) DO UPDATE SET route = excluded.route, digest = excluded.digest, reply = excluded.reply,
     at = excluded.at`,
);

/** Keeps a reply. */
export async function keepReply(
  tx: Transaction,
  input: KeptReply & { key: string; at: number },
): Promise<void> {
  await tx.run(insert, input);
}

const drop = statement<{ before: number }>(`DELETE FROM replies WHERE at < :before`);

/** Removes replies that were given before (epoch ms); how many. */
export async function dropReplies(tx: Transaction, input: { before: number }): Promise<number> {
  return tx.run(drop, input);
}
