import type { ProviderFailure } from '../contract/provider.ts';
import type { CallReport } from '../store/operations/record.ts';
import { readAnswer, repairPrompt } from './answer.ts';
import type { CallOutcome } from './call.ts';
import { addUp } from './report.ts';

/** What a model made of a prompt. */
export type Conversation<Said extends CallOutcome> =
  /** `reason`: what is to be said of the answer; empty where it is simply one. */
  | { kind: 'answered'; answer: unknown; call: CallReport; reason: string }
  | { kind: 'unusable'; why: 'empty' | 'bad-answer'; message: string; said: Said }
  | { kind: 'failed'; failure: ProviderFailure; said: Said };

/** Asks for an answer that satisfies the schema (null = free text), and once more where the first one does not. */
export async function converse<Said extends CallOutcome>(
  prompt: string,
  schema: Record<string, unknown> | null,
  ask: (words: string) => Promise<Said>,
): Promise<Conversation<Said>> {
  let said = await ask(prompt);
  if (said.failure) return { kind: 'failed', failure: said.failure, said };
  let read = readAnswer(schema, said.text, said.reasoning);
  if (!read.ok && read.kind === 'bad-answer') {
    const first = said.report;
    said = await ask(repairPrompt(prompt, said.text, read.message));
    said = { ...said, report: addUp(first, said.report, '\n--- asked to repair it ---\n') };
    if (said.failure) return { kind: 'failed', failure: said.failure, said };
    read = readAnswer(schema, said.text, said.reasoning);
  }
  if (read.ok)
    return { kind: 'answered', answer: read.answer, call: said.report, reason: said.cutOff ? CUT_OFF : '' };
  const message =
    read.kind === 'bad-answer' ? `the answer breaks the rule's schema: ${read.message}` : read.message;
  return { kind: 'unusable', why: read.kind, message, said };
}

/** Said of an answer that ended at the token limit: usable as far as it goes, and not whole. */
const CUT_OFF =
  'the answer was cut off at the token limit: raise max_output_tokens, or load the model with more context';
