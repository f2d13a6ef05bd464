import { rankOf } from '../contract/thought.ts';
import type { CallReport } from './operations/record.ts';
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
  /** Its place in the order of claiming; omitted: that of one which comes now. */
  rank?: number;
  /** Asked for anew by a person: a stored answer must not be taken for it. */
  fresh?: boolean;
  /** An answer that is taken where the prompt is the one that it was given to. */
  given?: GivenAnswer;
  now: number;
}

/** An answer that a model gave before the thought was queued. */
export interface GivenAnswer {
  promptKey: string;
  answer: unknown;
  call: CallReport;
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
  rank: number;
  fresh: number;
  given: string | null;
  now: number;
}>(
  `INSERT INTO thoughts (id, rule, version, event, subject, state, reason, priority, rank, content, settle_until,
     available_at, attempt, failures, crashes, fresh, given, captured, capture, created_at, updated_at)
   VALUES (:id, :rule, :version, :event, :subject, :state, '', :priority, :rank, :content, :settleUntil,
     :now, 0, 0, 0, :fresh, :given, :captured, :capture, :now, :now)
   ON CONFLICT (id) DO NOTHING`,
);

/** Queues a thought unless it exists; true where it was new. */
export async function insertThought(tx: Transaction, thought: NewThought): Promise<boolean> {
  const rank = thought.rank ?? rankOf(thought.priority, thought.now);
  const given = thought.given === undefined ? null : JSON.stringify(thought.given);
  return (await tx.run(insert, { ...thought, rank, given, fresh: thought.fresh ? 1 : 0 })) === 1;
}
