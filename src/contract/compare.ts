import * as z from 'zod';
import { usage } from './thought-view.ts';

export const comparedResult = z
  .object({
    model: z.string().describe('`provider/model` as it was asked for.'),
    state: z.enum(['answered', 'unusable', 'failed']),
    answer: z.unknown().describe('Null where there is none.'),
    reason: z.string().describe('What is to be said of it, or why there is none.'),
    valid: z
      .boolean()
      .nullable()
      .describe("Whether it satisfies the rule's schema; null where there is none."),
    firstTokenMs: z.number().nullable(),
    totalMs: z.number().nullable(),
    usage,
    tokensPerSecond: z.number().nullable(),
    cost: z.number().nullable().describe('By the configured prices; null where there are none.'),
    raw: z.string().nullable().describe("The model's words as they came."),
  })
  .meta({ id: 'ComparedResult' });
export type ComparedResult = z.output<typeof comparedResult>;

export const comparedSubject = z
  .object({
    subject: z.string().describe("A path, a thought's id, or the text."),
    results: z.array(comparedResult),
  })
  .meta({ id: 'ComparedSubject' });
export type ComparedSubject = z.output<typeof comparedSubject>;

/** `compare`: what several models made of the same. Nothing was written. */
export const compareView = z
  .object({
    rule: z.string().nullable().describe('Null where a text was given.'),
    subjects: z.array(comparedSubject),
  })
  .meta({ id: 'CompareView' });
export type CompareView = z.output<typeof compareView>;
