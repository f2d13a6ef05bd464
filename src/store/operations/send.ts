import { sha256 } from '../../base/ids.ts';
import type { FormerOutput } from '../../contract/output.ts';
import { putBlob } from '../blob.ts';
import { type Hold, isHeld } from '../fence.ts';
import { statement, type Transaction } from '../statement.ts';

export interface SendInput extends Hold {
  provider: string;
  model: string;
  /** Exactly what will be sent. */
  prompt: string;
  /** The same prompt before per-call delimiters, with everything else that shapes the answer. */
  promptKey: string;
  /** Whether an earlier answer to the same prompt may be taken instead. */
  mayReuse: boolean;
  now: number;
}

export interface Sent {
  /** An earlier answer of this rule version about this subject to the identical prompt. */
  reuse: { thought: string; answer: string } | null;
  /** What this rule wrote for this subject before. */
  former: FormerOutput[];
}

const mark = statement<{ id: string; key: string; now: number }>(
  `UPDATE thoughts SET prompt_key = :key, updated_at = :now WHERE id = :id`,
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
const formerOutputs = statement<{ id: string }, FormerOutput>(
  `SELECT o.position, o.wanted, o.target, o.ledger_sha256 AS sha256 FROM thoughts t
   JOIN outputs o ON o.rule = t.rule AND o.subject = t.subject
   WHERE t.id = :id AND o.kind = 'write' AND o.state = 'applied' AND o.ledger_sha256 IS NOT NULL
   ORDER BY o.applied_at DESC, o.thought LIMIT 20`,
);

/** Stores that a prompt is about to be sent, before it is; null where the thought is no longer held. */
export async function send(tx: Transaction, input: SendInput): Promise<Sent | null> {
  if (!(await isHeld(tx, input, 'running'))) return null;
  const key = sha256(input.promptKey);
  const reuse = input.mayReuse ? await tx.one(earlier, { id: input.id, key }) : undefined;
  await tx.run(mark, { id: input.id, key, now: input.now });
  await tx.run(markAttempt, {
    id: input.id,
    attempt: input.attempt,
    provider: input.provider,
    model: input.model,
    prompt: await putBlob(tx, input.prompt),
    sentAt: reuse ? null : input.now,
  });
  return {
    reuse: reuse ? { thought: reuse.id, answer: reuse.answer } : null,
    former: await tx.all(formerOutputs, { id: input.id }),
  };
}
