import { sha256 } from '../../base/ids.ts';
import type { FormerOutput } from '../../contract/output.ts';
import { putBlob } from '../blob.ts';
import { HELD, type Hold, holdOf, isHeld } from '../fence.ts';
import type { GivenAnswer } from '../new-thought.ts';
import { formerOutputsOf } from '../queries/former-outputs.ts';
import { statement, type Transaction } from '../statement.ts';
import type { CallReport } from './record.ts';

export interface SendInput extends Hold {
  provider: string;
  model: string;
  /** Exactly what will be sent. */
  prompt: string;
  /** The same prompt before per-call delimiters, with everything else that shapes the answer. */
  promptKey: string;
  /** Whether an earlier answer to the same prompt may be taken instead, be it of a dry run. */
  mayReuse: boolean;
  now: number;
}

export interface Sent {
  /**
   * An earlier answer of this rule version about this subject to the identical prompt, and whose it is; null = it was
   * given to a dry run, by the call that is told.
   */
  reuse: { thought: string | null; answer: unknown; call: CallReport | null } | null;
  /** What this rule wrote for this subject before. */
  former: FormerOutput[];
}

const mark = statement<Hold & { state: string; key: string; now: number }, { given: string | null }>(
  `UPDATE thoughts SET prompt_key = :key, updated_at = :now WHERE ${HELD} RETURNING given`,
);
const markAttempt = statement<{
  id: string;
  attempt: number;
  provider: string;
  model: string;
  prompt: string;
  sentAt: number | null;
}>(
  `UPDATE attempts SET provider = :provider, model = :model, prompt = :prompt, sent_at = :sentAt
   WHERE thought = :id AND number = :attempt`,
);
const earlier = statement<{ id: string; key: string }, { id: string; answer: string }>(
  `SELECT a.id, a.answer FROM thoughts a JOIN thoughts t ON t.id = :id
   WHERE a.prompt_key = :key AND a.answer IS NOT NULL AND a.version = t.version AND a.subject = t.subject
     AND a.id <> t.id ORDER BY a.seq DESC LIMIT 1`,
);
/** Stores that a prompt is about to be sent, before it is; null where the thought is no longer held. */
export async function send(tx: Transaction, input: SendInput): Promise<Sent | null> {
  const key = sha256(input.promptKey);
  const held = await tx.one(mark, { ...holdOf(input), state: 'running', key, now: input.now });
  if (!held) return null;
  const reuse = input.mayReuse ? await answerFor(tx, input, key, held.given) : null;
  await tx.run(markAttempt, {
    id: input.id,
    attempt: input.attempt,
    provider: input.provider,
    model: input.model,
    prompt: await putBlob(tx, input.prompt),
    sentAt: reuse ? null : input.now,
  });
  return {
    reuse,
    former: await formerOutputsOf(tx, input.id),
  };
}

const markPrompt = statement<{ id: string; attempt: number; prompt: string }>(
  `UPDATE attempts SET prompt = :prompt WHERE thought = :id AND number = :attempt`,
);

/** Stores that another prompt than the first is sent: its document is read in parts. Nothing where it is no longer held. */
export async function sentInstead(tx: Transaction, input: Hold & { prompt: string }): Promise<void> {
  if (!(await isHeld(tx, input, 'running'))) return;
  await tx.run(markPrompt, { id: input.id, attempt: input.attempt, prompt: await putBlob(tx, input.prompt) });
}

async function answerFor(
  tx: Transaction,
  { id, promptKey }: SendInput,
  key: string,
  given: string | null,
): Promise<Sent['reuse']> {
  const dryRun: GivenAnswer | null = given === null ? null : JSON.parse(given);
  if (dryRun?.promptKey === promptKey) return { thought: null, answer: dryRun.answer, call: dryRun.call };
  const found = await tx.one(earlier, { id, key });
  return found ? { thought: found.id, answer: JSON.parse(found.answer), call: null } : null;
}
