import * as z from 'zod';
import { FILE_CHANGES, SENSES } from './event.ts';
import { eventData } from './event-data.ts';
import { fileChange } from './file-change.ts';
import { OUTPUT_STATES, THOUGHT_STATES } from './thought.ts';

const thoughtContext = z
  .object({
    sense: z.enum(SENSES),
    subject: z.string(),
    event: z.number(),
    path: z.string().exactOptional(),
    change: z.enum(FILE_CHANGES).exactOptional(),
    asked: z
      .literal(true)
      .exactOptional()
      .describe("A person asked for it: it is not held by a rule's `only`."),
  })
  .meta({ id: 'ThoughtContext' });

/** One row of `thoughts`: the six described fields first. */
export const thoughtRow = z
  .object({
    id: z.string(),
    timestamp: z.string(),
    content: z
      .string()
      .describe(
        "What is thought about: the first 280 characters of the captured text, or the request's text.",
      ),
    context: thoughtContext,
    processed: z.boolean(),
    state: z.enum(THOUGHT_STATES),
    rule: z.string(),
    reason: z
      .string()
      .describe(
        'Why it is in this state, where there is something to say (of a ready thought: why it is held); empty otherwise.',
      ),
    title: z
      .string()
      .exactOptional()
      .describe(
        'What its answer calls itself, else how it begins; absent where there is no answer that says so.',
      ),
  })
  .meta({ id: 'ThoughtRow' });
export type ThoughtRow = z.output<typeof thoughtRow>;

export const usage = z
  .object({ inputTokens: z.number().nullable(), outputTokens: z.number().nullable() })
  .meta({ id: 'Usage' });
export type Usage = z.output<typeof usage>;

export const attemptView = z
  .object({
    number: z.number(),
    startedAt: z.string(),
    sentAt: z.string().nullable(),
    firstTokenMs: z.number().nullable(),
    totalMs: z.number().nullable(),
    provider: z.string().nullable(),
    model: z.string().nullable(),
    usage,
    outcome: z
      .string()
      .describe('`running`, `answered`, `reused`, `held`, `failed`, `crashed`, `abandoned`.'),
    error: z.string().nullable(),
    raw: z.string().nullable().describe("The model's words as they came, also when they were not usable."),
    left: z
      .object({ provider: z.string(), bytes: z.number(), pictures: z.number(), calls: z.number() })
      .nullable()
      .describe('What left this machine in it; null = nothing.'),
  })
  .meta({ id: 'AttemptView' });
export type AttemptView = z.output<typeof attemptView>;

export const outputView = z
  .object({
    position: z.number(),
    kind: z.string(),
    mode: z.string().describe('`create`, `replace`, `append`, `edit`, `move`, `send`.'),
    target: z.string(),
    source: z.string().nullable().describe('The file that was moved; null for other kinds.'),
    state: z.enum(OUTPUT_STATES),
    reason: z.string(),
    bytes: z.number(),
    sha256: z.string(),
    appliedAt: z.string().nullable(),
    undoneAt: z.string().nullable().describe('When it was taken back; null = it was not.'),
    content: z.string().nullable().describe('The exact bytes as text, where they are text.'),
  })
  .meta({ id: 'OutputView' });
export type OutputView = z.output<typeof outputView>;

/** An output with what it has made of its file, where it was applied. */
export const thoughtOutput = outputView.extend(fileChange.shape).meta({ id: 'ThoughtOutput' });
export type ThoughtOutput = z.output<typeof thoughtOutput>;

/** `show ID`: everything about one thought. */
export const thoughtView = thoughtRow
  .extend({
    event: z.object({
      seq: z.number(),
      kind: z.string(),
      at: z.string(),
      dedup: z.string(),
      data: eventData,
    }),
    ruleVersion: z.string(),
    settleUntil: z.string().nullable(),
    finishedAt: z.string().nullable(),
    reusedFrom: z.string().nullable(),
    crashes: z.number(),
    failures: z.number(),
    captured: z
      .object({
        text: z.string(),
        characters: z.number(),
        truncated: z.boolean(),
        kind: z.string(),
        pictures: z.number().describe('Pages that are pictures, for models that see them.'),
        unread: z.string().describe('Why their text is not in `text`; empty where it is.'),
      })
      .nullable(),
    removed: z
      .array(z.enum(['captured', 'prompt', 'outputs']))
      .describe('What there was and retention has taken away.'),
    prompt: z.string().nullable(),
    parts: z
      .number()
      .describe(
        'Parts of a document that is too long for its model of which notes are kept; 0 = it is read at once.',
      ),
    attempts: z.array(attemptView),
    answer: z.unknown().describe('Text, or the validated object where the rule has a schema; null before.'),
    outputs: z.array(thoughtOutput),
  })
  .meta({ id: 'ThoughtView' });
export type ThoughtView = z.output<typeof thoughtView>;

/** The same, as the journal alone tells it. */
export interface JournaledThought extends Omit<ThoughtView, 'outputs'> {
  outputs: OutputView[];
}
