import type { OutputMode } from '../../contract/output.ts';
import type { OutputKind } from '../../contract/rule-output.ts';
import type { OutputState } from '../../contract/thought.ts';
import { getText } from '../blob.ts';
import { statement, type Transaction } from '../statement.ts';

/** An output that waits, or has waited, for a person; all but its bytes. */
export interface StoredProposal {
  thought: string;
  attempt: number;
  position: number;
  rule: string;
  subject: string;
  kind: OutputKind;
  mode: OutputMode;
  wanted: string;
  target: string;
  source: string | null;
  state: OutputState;
  reason: string;
  /** sha256 of its bytes. */
  content: string;
  size: number;
  before: string | null;
  /** Epoch ms. */
  proposedAt: number;
}

const COLUMNS = `o.thought, o.attempt, o.position, o.rule, o.subject, o.kind, o.mode, o.wanted, o.target, o.source,
  o.state, o.reason, o.content, o.size, o.before, coalesce(o.proposed_at, t.updated_at) AS proposedAt`;

/** Holds for an output that can be decided on: of its thought's latest attempt, which neither failed nor was done. */
export const DECIDABLE = `o.state = 'proposed' AND t.attempt = o.attempt AND t.state IN ('proposed', 'answered')`;

const waiting = statement<{ thought: string | null; limit: number }, StoredProposal>(
  `SELECT ${COLUMNS} FROM outputs o JOIN thoughts t ON t.id = o.thought
   WHERE ${DECIDABLE} AND (:thought IS NULL OR o.thought = :thought)
   ORDER BY o.proposed_at, o.thought, o.position LIMIT :limit`,
);

/** What waits for a person, of one thought or of all; the oldest first. */
export async function proposals(
  tx: Transaction,
  query: { thought: string | null; limit: number },
): Promise<StoredProposal[]> {
  return tx.all(waiting, query);
}

const one = statement<{ thought: string; position: number }, StoredProposal>(
  `SELECT ${COLUMNS} FROM outputs o JOIN thoughts t ON t.id = o.thought AND t.attempt = o.attempt
   WHERE o.thought = :thought AND o.position = :position`,
);

/** One output of a thought's latest attempt with its bytes, in whatever state; null where there is none. */
export async function proposal(
  tx: Transaction,
  query: { thought: string; position: number },
): Promise<(StoredProposal & { text: string }) | null> {
  const row = await tx.one(one, query);
  return row ? { ...row, text: (await getText(tx, row.content)) ?? '' } : null;
}
