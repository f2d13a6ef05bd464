import * as z from 'zod';
import { HOLDERS, ROOT_STATES } from './status-view.ts';
import { OUTPUT_STATES, THOUGHT_STATES } from './thought.ts';
import { thoughtRow, thoughtView } from './thought-view.ts';

const at = z.string();
const perceived = z.object({
  type: z.literal('perceived'),
  at,
  seq: z.number(),
  path: z.string(),
  change: z.string(),
  rules: z.array(z.string()),
});
const happened = z.object({
  type: z.literal('happened'),
  at,
  seq: z.number(),
  subject: z.string(),
  kind: z.string(),
  rules: z.array(z.string()),
});
const state = z.object({
  type: z.literal('state'),
  at,
  thought: z.string(),
  rule: z.string(),
  subject: z.string(),
  state: z.enum(THOUGHT_STATES),
  reason: z.string(),
});
const sent = z.object({
  type: z.literal('sent'),
  at,
  thought: z.string(),
  rule: z.string(),
  provider: z.string(),
  model: z.string(),
});
const token = z.object({
  type: z.literal('token'),
  thought: z.string(),
  text: z.string(),
  reasoning: z.boolean().describe('Whether it is thought aloud, and none of the answer.'),
  from: z
    .number()
    .describe(
      'So many characters (UTF-16 code units) of the answer, or of what is thought aloud, came before it in this attempt.',
    ),
});
const output = z.object({
  type: z.literal('output'),
  at,
  thought: z.string(),
  kind: z.string(),
  target: z.string(),
  state: z.enum(OUTPUT_STATES),
  reason: z.string(),
});
const hold = z.object({
  type: z.literal('hold'),
  at,
  what: z.enum(HOLDERS),
  name: z.string(),
  held: z.boolean(),
  reason: z.string(),
});
const root = z.object({
  type: z.literal('root'),
  at,
  path: z.string(),
  state: z.enum(ROOT_STATES),
  detail: z.string(),
});
const reloaded = z.object({
  type: z.literal('reloaded'),
  at,
  rules: z.number(),
  problems: z.array(z.string()),
});
const problemTold = z.object({ type: z.literal('problem'), at, message: z.string() });

/** Live facts: `GET /v1/events` (SSE), `tail`. */
export const liveEvent = z
  .discriminatedUnion('type', [
    perceived,
    happened,
    state,
    sent,
    token,
    output,
    hold,
    root,
    reloaded,
    problemTold,
  ])
  .meta({ id: 'LiveEvent' });
export type LiveEvent = z.output<typeof liveEvent>;

/**
 * One thought until it is processed: `GET /v1/thoughts/{id}/stream` (SSE). First `thought` (how it stands now, and
 * what the running attempt has said so far), then what happens to it, last `end`. `held` says why it is not being
 * claimed; an empty reason says that it is not held any more.
 */
export const streamEvent = z
  .discriminatedUnion('type', [
    z.object({ type: z.literal('thought'), thought: thoughtRow, text: z.string() }),
    z.object({ type: z.literal('held'), thought: z.string(), reason: z.string() }),
    z.object({ type: z.literal('end'), thought: thoughtView }),
    state,
    sent,
    token,
    output,
  ])
  .meta({ id: 'StreamEvent' });
export type StreamEvent = z.output<typeof streamEvent>;

/** In `GET /v1/events` only: this reader was too slow, and so many events were not kept for it. */
export const droppedEvents = z
  .object({ type: z.literal('dropped'), count: z.number() })
  .meta({ id: 'DroppedEvents' });
export type DroppedEvents = z.output<typeof droppedEvents>;

/** In `GET /v1/events` only, where it cannot go on from where its reader stopped: something was not told. */
export const gapEvent = z.object({ type: z.literal('gap'), reason: z.string() }).meta({ id: 'GapEvent' });
export type GapEvent = z.output<typeof gapEvent>;

/** The first of `GET /v1/events`: what comes is told after the event of this id, so that nobody who is cut off at once misses any. */
export const beginEvent = z.object({ type: z.literal('begin') }).meta({ id: 'BeginEvent' });
export type BeginEvent = z.output<typeof beginEvent>;

/** Everything that `GET /v1/events` tells. */
export type FollowedEvent = LiveEvent | DroppedEvents | GapEvent | BeginEvent;
