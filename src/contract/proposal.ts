import * as z from 'zod';
import { fileChange } from './file-change.ts';
import { OUTPUT_STATES } from './thought.ts';

/** `inbox`: an output that waits for a person. */
export const proposalRow = z
  .object({
    thought: z.string().describe('Id of its thought.'),
    position: z.number().describe('Which output of it, from 0.'),
    rule: z.string(),
    subject: z.string(),
    kind: z.string(),
    mode: z.string().describe('`create`, `replace`, `append`, `edit`, `move`, `send`.'),
    target: z.string().describe('Where it would be written, or sent to.'),
    source: z.string().nullable().describe('The file that would be moved; null for other kinds.'),
    reason: z.string().describe('Why it waits.'),
    bytes: z.number(),
    proposedAt: z.string(),
    expiresAt: z.string().nullable().describe('When it is denied unless somebody decides; null = never.'),
  })
  .meta({ id: 'ProposalRow' });
export type ProposalRow = z.output<typeof proposalRow>;

/** `inbox show`: all that a person decides on, as things stand now. */
export const proposalView = proposalRow
  .extend({
    digest: z
      .string()
      .nullable()
      .describe('Stands for all of this: an approval names it. Null while it cannot be applied.'),
    content: z.string().describe('What would be written or sent, whole; of an edit, what it is to do.'),
    ...fileChange.shape,
    editable: z.boolean().describe('Whether other content can be approved in its place.'),
    held: z.string().describe('What stands in the way just now; empty where nothing does.'),
  })
  .meta({ id: 'ProposalView' });
export type ProposalView = z.output<typeof proposalView>;

/** What a person approves: what the digest stands for, or other content in its place. */
export interface Approve {
  digest: string;
  content?: string;
}

/** What was decided, and the state that the output is in then. */
export const decisionView = z
  .object({ thought: z.string(), position: z.number(), state: z.enum(OUTPUT_STATES) })
  .meta({ id: 'DecisionView' });
export type DecisionView = z.output<typeof decisionView>;
