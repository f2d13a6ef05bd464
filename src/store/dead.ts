import { appendEvent } from './journal-event.ts';
import { statement, type Transaction } from './statement.ts';

const select = statement<{ id: string }, { rule: string; reason: string }>(
  `SELECT rule, reason FROM thoughts WHERE id = :id`,
);

/** Journals that a thought was given up, in the transaction that gives it up: a `thought.dead` event. */
export async function tellDead(tx: Transaction, { id, now }: { id: string; now: number }): Promise<void> {
  const row = await tx.one(select, { id });
  if (!row) return;
  await appendEvent(tx, {
    dedup: `thought:${id}#dead#${Math.round(now)}`,
    sense: 'daemon',
    subject: `thought:${id}`,
    kind: 'thought.dead',
    at: now,
    data: { kind: 'thought.dead', thought: id, ...row },
  });
}
