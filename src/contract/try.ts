import * as z from 'zod';
import { usage } from './thought-view.ts';

/** One output as it would be applied. */
export const tryOutput = z
  .object({
    kind: z.string(),
    mode: z
      .string()
      .describe(
        '`create`, `replace`, `append`, `move`; `propose`: a person would have to decide, and `reason` says why.',
      ),
    target: z.string(),
    source: z
      .string()
      .exactOptional()
      .describe('The file that would be moved there; absent for other kinds.'),
    before: z.string().nullable().describe('The whole file as it stands there; null = nothing does.'),
    after: z.string().describe('The whole file as it would be.'),
    reason: z.string(),
  })
  .meta({ id: 'TryOutput' });
export type TryOutput = z.output<typeof tryOutput>;

/** `try`: what a rule would make of a file just now. Nothing was written. */
export const tryView = z
  .object({
    path: z.string(),
    rule: z.object({ name: z.string(), version: z.string(), file: z.string() }),
    notes: z
      .array(z.string())
      .describe(
        'Why a daemon would not think about it by itself, and what else stands in the way; empty where nothing does.',
      ),
    captured: z.object({ format: z.string(), characters: z.number(), truncated: z.boolean() }),
    prompt: z.string().describe('Exactly what was sent.'),
    provider: z.string(),
    model: z.string(),
    firstTokenMs: z.number().nullable(),
    totalMs: z.number().nullable(),
    usage,
    raw: z.string().nullable().describe("The model's words as they came."),
    answer: z.unknown(),
    reason: z.string().describe('What is to be said of the answer: that it was cut off; empty otherwise.'),
    outputs: z.array(tryOutput),
  })
  .meta({ id: 'TryView' });
export type TryView = z.output<typeof tryView>;
