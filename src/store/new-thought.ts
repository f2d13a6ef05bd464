import { statement, type Transaction } from './statement.ts';

/** A thought about to be queued. */
export interface NewThought {
  id: string;
  rule: string;
  version: string;
  event: number;
  subject: string;
  state: 'waiting' | 'ready';
  priority: number;
  content: string;
  settleUntil: number;
  captured: string | null;
  capture: string | null;
  now: number;
}

const insert = statement<{
  id: string;
  rule: string;
  version: string;
  event: number;
  subject: string;
  state: string;
  priority: number;
  content: string;
  settleUntil: number;
  captured: string | null;
  capture: string | null;
  now: number;
}>(
  `INSERT INTO thoughts (id, rule, version, event, subject, state, reason, priority, content, settle_until,
     available_at, attempt, failures, crashes, fresh, captured, capture, created_at, updated_at)
   VALUES (:id, :rule, :version, :event, :subject, :state, '', :priority, :content, :settleUntil,
     :now, 0, 0, 0, 0, :captured, :capture, :now, :now)
   ON CONFLICT (id) DO NOTHING`,
);

/** Queues a thought unless it exists; true where it was new. */
export async function insertThought(tx: Transaction, thought: NewThought): Promise<boolean> {
  return (await tx.run(insert, { ...thought })) === 1;
}
