import type { Abilities } from '../contract/provider-health.ts';
import type { CallOutcome } from './call.ts';
import { canariesAround } from './canary.ts';
import type { Question } from './question.ts';
import type { Experience } from './room.ts';

export interface WholeQuestion {
  /** `provider/model`. */
  model: string;
  abilities: Abilities;
  experience: Experience;
  hex(bytes: number): string;
}

/** Shorter prompts fit every context that a server has by default. */
const SURE_TOKENS = 1800;
/** No server loads a chat model with less. */
const LEAST_CONTEXT = 1024;
/** A model that reasons first needs some. */
const CANARY_OUTPUT = 600;

/** A server that tells its context refuses what is beyond it; of others, prompts from so many tokens on are in doubt. */
export function isUnproven(
  { model, experience: { tokens, windows }, abilities }: WholeQuestion,
  prompt: string,
): boolean {
  const size = tokens.atMost(prompt, model);
  return abilities.context === undefined && size >= SURE_TOKENS && !windows.isProven(model, size);
}

/** Whether the server reads all of a prompt, by codes at both of its ends; what it reads is remembered. */
export async function readsWhole(
  { model, abilities, experience: { tokens, windows }, hex }: WholeQuestion,
  prompt: string,
  asked: (question: Question) => Promise<CallOutcome>,
): Promise<'whole' | 'cut' | 'unknown'> {
  const size = tokens.atMost(prompt, model);
  const canaries = canariesAround(prompt, hex);
  const said = await asked({ prompt: canaries.prompt, schema: null, maxOutputTokens: CANARY_OUTPUT });
  if (said.failure !== null) return 'unknown';
  const seen = canaries.read(`${said.reasoning}\n${said.text}`);
  const counted = said.report.inputTokens ?? 0;
  // Fewer than any server has room for: it counts in its own way.
  if (seen === 'cut')
    windows.exceeded(model, counted >= LEAST_CONTEXT ? counted : Math.floor(size / 2), abilities.context);
  else windows.proven(model, size);
  return seen;
}

/** Counts teach how long texts are; false where one is so small that the prompt may have been cut. */
export function learn(
  { model, experience: { tokens } }: WholeQuestion,
  { prompt, pictures = [], turns = [], tools = [] }: Question,
  { failure, report }: CallOutcome,
): boolean {
  const counted = report.inputTokens;
  const isMore = pictures.length + turns.length + tools.length > 0;
  if (failure !== null || counted === null || isMore) return true;
  if (counted < tokens.atLeast(prompt, model)) return false;
  tokens.learn(prompt, model, counted);
  return true;
}

/** Of the two or three calls that ask for it, that it is the reason why nothing is answered. */
export function cutSilently(model: string): string {
  return `the server of ${model} cuts prompts of this length without a word: load the model with more context`;
}
