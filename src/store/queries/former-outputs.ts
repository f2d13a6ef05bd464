import type { FormerOutput } from '../../contract/output.ts';
import { type Statement, statement, type Transaction } from '../statement.ts';

/** Whose outputs: a rule's about one subject. */
export interface WhoseOutputs {
  rule: string;
  subject: string;
}

const ofSubject = former<WhoseOutputs>('(:rule, :subject)');
const ofThought = former<{ id: string }>('(SELECT rule, subject FROM thoughts WHERE id = :id)');

/** What a rule wrote for a subject before, as far as the ledger knows; the newest first. */
export async function formerOutputs(
  tx: Transaction,
  { rule, subject }: WhoseOutputs,
): Promise<FormerOutput[]> {
  return tx.all(ofSubject, { rule, subject });
}

/** The same for the rule and the subject of a thought. */
export async function formerOutputsOf(tx: Transaction, id: string): Promise<FormerOutput[]> {
  return tx.all(ofThought, { id });
}

function former<Values extends object>(whose: string): Statement<Values, FormerOutput> {
  return statement(
    `SELECT position, wanted, target, ledger_sha256 AS sha256 FROM outputs
     WHERE (rule, subject) = ${whose} AND kind = 'write' AND state = 'applied' AND ledger_sha256 IS NOT NULL
     ORDER BY applied_at DESC, thought LIMIT 20`,
  );
}
