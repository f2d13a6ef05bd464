import { OURS } from '../file-index.ts';
import { statement, type Transaction } from '../statement.ts';

const waiting = statement<{ subject: string; but: string }, { count: number }>(
  `SELECT count(*) AS count FROM thoughts WHERE subject = :subject AND state = 'waiting' AND id <> :but`,
);

/** How many other thoughts about a subject have not captured their text yet. */
export async function readersOf(tx: Transaction, input: { subject: string; but: string }): Promise<number> {
  return (await tx.one(waiting, input))?.count ?? 0;
}

/** A file as it looks, and the hash of what it was. */
interface Become {
  /** Absolute path text. */
  target: string;
  ino: number;
  size: number;
  mtime: number;
  hash: string;
  from: string;
}

const ours = statement<Become, { own: number }>(
  `${OURS} SELECT EXISTS (SELECT 1 FROM ours WHERE was = :from) AS own`,
);

/** Whether a file became what it is by edits of ours alone. */
export async function isOurs(tx: Transaction, file: Become): Promise<boolean> {
  return (await tx.one(ours, file))?.own === 1;
}
