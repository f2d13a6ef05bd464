import * as z from 'zod';
import { PROVIDER_STATES } from './provider-health.ts';
import { THOUGHT_STATES } from './thought.ts';

/** Of so many ready thoughts of a rule it is told what they are, the next to be claimed first. */
export const LOOKED_AT = 5000;

/** Ready thoughts that one provider thinks next, or that nobody does just now. */
export const laneView = z
  .object({
    provider: z
      .string()
      .nullable()
      .describe('Null: nobody thinks them, since they are paused, or as things are configured.'),
    paused: z.boolean().describe('Somebody has paused them.'),
    state: z.enum(PROVIDER_STATES).nullable().describe("The provider's health."),
    held: z.string().nullable().describe('Why none of them is claimed just now; null where some are.'),
    slots: z.number(),
    busy: z.number(),
    ready: z.number(),
    requests: z.number().describe('Of those, what a person asked for: they go first.'),
    reactions: z.number().describe('Then what something that was perceived asks for.'),
    background: z.number().describe('Then what can wait.'),
    uncounted: z.number().describe('Too many to tell what they are.'),
    oldest: z.string().nullable().describe('When the oldest of them was made.'),
    rules: z.array(z.object({ name: z.string(), ready: z.number() })),
  })
  .meta({ id: 'LaneView' });
export type LaneView = z.output<typeof laneView>;

/** Where thoughts stand, who thinks those that are ready, and how long they have been waiting. */
export const queueView = z
  .object({
    states: z.array(
      z.object({
        state: z.enum(THOUGHT_STATES),
        count: z.number(),
        oldest: z.string().nullable().describe('When the oldest of them was made.'),
      }),
    ),
    running: z
      .object({ oldest: z.string().nullable() })
      .describe('Since when the oldest running thought runs.'),
    lanes: z.array(laneView),
  })
  .meta({ id: 'QueueView' });
export type QueueView = z.output<typeof queueView>;
