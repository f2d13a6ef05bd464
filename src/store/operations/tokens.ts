import { statement, type Transaction } from '../statement.ts';

/** A token as it is kept: never its text. Times are epoch ms. */
export interface TokenRow {
  id: string;
  name: string;
  kind: 'token' | 'session';
  /** SHA-256 of its text, lower-case hex. */
  hash: string;
  /** 1 = it may also change things. */
  act: 0 | 1;
  createdAt: number;
  usedAt: number | null;
  expiresAt: number | null;
}

const select = statement<Record<string, never>, TokenRow>(
  `SELECT id, name, kind, hash, act, created_at AS createdAt, used_at AS usedAt, expires_at AS expiresAt
   FROM tokens ORDER BY created_at, id`,
);
const insert = statement<TokenRow>(
  `INSERT INTO tokens (id, name, kind, hash, act, created_at, used_at, expires_at)
   VALUES (:id, :name, :kind, :hash, :act, :createdAt, :usedAt, :expiresAt)`,
);
const touch = statement<{ id: string; now: number }>(`UPDATE tokens SET used_at = :now WHERE id = :id`);
const remove = statement<{ ids: string }>(
  `DELETE FROM tokens WHERE id IN (SELECT value FROM json_each(:ids))`,
);

/** All of them, the oldest first. */
export async function tokens(tx: Transaction): Promise<TokenRow[]> {
  return tx.all(select, {});
}

export async function keepToken(tx: Transaction, input: TokenRow): Promise<void> {
  await tx.run(insert, input);
}

export async function useToken(tx: Transaction, input: { id: string; now: number }): Promise<void> {
  await tx.run(touch, input);
}

export async function dropTokens(tx: Transaction, input: { ids: readonly string[] }): Promise<void> {
  await tx.run(remove, { ids: JSON.stringify(input.ids) });
}
