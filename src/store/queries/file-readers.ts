import { ownAt } from '../file-index.ts';
import { statement, type Transaction } from '../statement.ts';

const waiting = statement<{ subject: string; but: string }, { count: number }>(
  `SELECT count(*) AS count FROM thoughts WHERE subject = :subject AND state = 'waiting' AND id <> :but`,
);

/** How many other thoughts about a subject have not captured their text yet. */
export async function readersOf(tx: Transaction, input: { subject: string; but: string }): Promise<number> {
  return (await tx.one(waiting, input))?.count ?? 0;
}

interface Looks {
  /** Absolute path text. */
  target: string;
  ino: number;
  size: number;
  mtime: number;
  hash: string | null;
}

const own = statement<Looks, { own: number }>(`SELECT ${ownAt()} AS own`);

/** Whether a file looks as we left it. */
export async function isOurs(tx: Transaction, file: Looks): Promise<boolean> {
  return (await tx.one(own, file))?.own === 1;
}
