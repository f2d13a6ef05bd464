import { statement, type Transaction } from './statement.ts';

/** Who works on a thought: every write of a worker names it, and must find the thought still its own. */
export interface Hold {
  id: string;
  owner: string;
  /** The fencing token. */
  attempt: number;
}

/** Holds for the row of a thought that its worker still has, in the state it had it in. */
export const HELD = `id = :id AND owner = :owner AND attempt = :attempt AND state = :state`;

/** The hold alone, of what is more. */
export function holdOf({ id, owner, attempt }: Hold): Hold {
  return { id, owner, attempt };
}

const check = statement<{ id: string; owner: string; attempt: number; state: string }, { held: number }>(
  `SELECT 1 AS held FROM thoughts WHERE ${HELD}`,
);

/** Whether the worker still holds the thought in that state; if not, its work is discarded. */
export async function isHeld(tx: Transaction, hold: Hold, state: 'running' | 'answered'): Promise<boolean> {
  return (await tx.one(check, { ...holdOf(hold), state })) !== undefined;
}
