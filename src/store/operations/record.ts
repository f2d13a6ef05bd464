import type { PlannedOutput } from '../../contract/output.ts';
import { putBlob } from '../blob.ts';
import { HELD, type Hold, holdOf } from '../fence.ts';
import { statement, type Transaction } from '../statement.ts';
import { denyOutdated } from './proposals.ts';
import { uncountCall } from './rate.ts';

/** How one call went. */
export interface CallReport {
  model: string | null;
  firstTokenMs: number | null;
  totalMs: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  /** The model's words as they came. */
  raw: string | null;
}

export interface RecordInput extends Hold {
  answer: unknown;
  outputs: PlannedOutput[];
  call: CallReport;
  reusedFrom: string | null;
  /** What is to be said about the answer, such as that it was cut off; empty otherwise. */
  reason: string;
  now: number;
}

const answered = statement<
  Hold & { state: string; answer: string; reusedFrom: string | null; reason: string; now: number }
>(
  `UPDATE thoughts SET state = 'answered', answer = :answer, reused_from = :reusedFrom, reason = :reason,
     given = NULL, updated_at = :now
   WHERE ${HELD}`,
);
export const closeAttempt = statement<{
  id: string;
  attempt: number;
  outcome: string;
  error: string | null;
  model: string | null;
  firstTokenMs: number | null;
  totalMs: number | null;
  inputTokens: number | null;
  outputTokens: number | null;
  raw: string | null;
}>(
  `UPDATE attempts SET outcome = :outcome, error = :error, model = coalesce(:model, model),
     first_token_ms = :firstTokenMs, total_ms = :totalMs, input_tokens = :inputTokens,
     output_tokens = :outputTokens, raw = :raw
   WHERE thought = :id AND number = :attempt`,
);
const insertOutput = statement<{
  id: string;
  position: number;
  kind: string;
  wanted: string;
  target: string;
  state: string;
  reason: string;
  mode: string;
  content: string;
  size: number;
  before: string | null;
  source: string | null;
  proposedAt: number | null;
}>(
  `INSERT INTO outputs (thought, attempt, position, kind, rule, subject, wanted, target, state, reason, mode, content, size, before, source, proposed_at)
   SELECT :id, attempt, :position, :kind, rule, subject, :wanted, :target, :state, :reason, :mode, :content, :size, :before, :source, :proposedAt
   FROM thoughts WHERE id = :id`,
);

/** Commits the answer and its planned outputs together: from here the outcome is fixed. False where no longer held. */
export async function record(tx: Transaction, input: RecordInput): Promise<boolean> {
  const { id, attempt, reusedFrom, reason, now } = input;
  const answer = JSON.stringify(input.answer);
  const hold = { ...holdOf(input), state: 'running' };
  if ((await tx.run(answered, { ...hold, answer, reusedFrom, reason, now })) === 0) return false;
  const outcome = input.reusedFrom === null ? 'answered' : 'reused';
  await tx.run(closeAttempt, { id, attempt, outcome, error: null, ...input.call });
  if (outcome === 'reused') await uncountCall(tx, { thought: id, attempt });
  for (const output of input.outputs) {
    await tx.run(insertOutput, {
      id,
      position: output.position,
      kind: output.kind,
      wanted: output.wanted,
      target: output.target,
      state: output.proposed ? 'proposed' : 'planned',
      reason: output.reason,
      mode: output.mode,
      content: await putBlob(tx, output.content),
      size: Buffer.byteLength(output.content),
      before: output.before,
      source: output.source ?? null,
      proposedAt: output.proposed === true ? now : null,
    });
  }
  if (input.outputs.length > 0) await denyOutdated(tx, { id, attempt, now });
  return true;
}
