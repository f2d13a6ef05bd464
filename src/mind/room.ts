import type { Picture } from '../contract/provider.ts';
import type { Abilities } from '../contract/provider-health.ts';
import { type Fit, fit } from './fit.ts';
import { PICTURE_TOKENS } from './pictures.ts';
import type { TokenCounter } from './tokens.ts';
import type { Windows } from './windows.ts';

/** What is learnt of models while this process lives. */
export interface Experience {
  tokens: TokenCounter;
  windows: Windows;
}

export interface RoomQuestion {
  /** `provider/model`. */
  model: string;
  abilities: Abilities;
  experience: Experience;
  prompt: string;
  /** What is left of it without the document. */
  frame(): string;
  pictures: readonly Picture[];
  maxOutputTokens: number | null;
  /** Tokens of a text as the server counts them; null where it does not. */
  count(text: string): Promise<number | null>;
}

/** Near the limit a guess is not good enough. */
const COUNT_FROM = 0.6;

/** Whether a prompt has room in the context that the model is loaded with, or in what it has shown to read of it. */
export async function roomFor(question: RoomQuestion): Promise<Fit> {
  const { model, abilities, experience, pictures, maxOutputTokens, count } = question;
  const { tokens, windows } = experience;
  const context = windows.context(model, abilities.context);
  const seen = pictures.length * PICTURE_TOKENS;
  let prompt = tokens.atMost(question.prompt, model);
  if (context !== null && prompt + seen > context * COUNT_FROM) {
    const counted = await count(question.prompt);
    if (counted !== null) {
      tokens.learn(question.prompt, model, counted);
      // What a chat template adds is not in it.
      prompt = counted + Math.max(16, Math.ceil(counted * 0.02));
    }
  }
  const measured = { prompt: prompt + seen, context, maxOutputTokens };
  const whole = fit({ ...measured, frame: 0 });
  if (whole.kind === 'fits') return whole;
  return fit({ ...measured, frame: tokens.atMost(question.frame(), model) + seen });
}

/** What would help where it has none. */
export function tooLong(
  { model, abilities, experience, prompt }: Omit<RoomQuestion, 'count'>,
  room: Fit,
  mayBeParts: boolean,
): string {
  const context = experience.windows.context(model, abilities.context);
  const needs = room.kind === 'too-long' ? room.needs : experience.tokens.atMost(prompt, model) + room.output;
  const wanted = 2 ** Math.ceil(Math.log2(Math.max(2, needs)));
  const parts = mayBeParts ? '' : ', or let it be read in parts (long: parts)';
  return `it needs about ${needs} tokens, and ${model} has room for ${context ?? 'fewer'}: load the model with ${wanted} tokens of context, name one with more in the rule${parts}`;
}
