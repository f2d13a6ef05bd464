import * as z from 'zod';
import { shortId } from '../about.ts';
import { thoughtId } from '../thought-id.ts';
import { LOOKS, type Tool, tool } from '../tool.ts';

/** Rows that fit on a page of text, whatever is in them. */
const MOST = 25;

export const listProposals: Tool = tool({
  name: 'list_proposals',
  title: 'List what waits for a person',
  description:
    'Lists outputs (files to be written, moved, changed or sent) that wait for the approval of the person whose ' +
    'daemon this is, the oldest first. Only that person can decide, on the command line or in the dashboard: there is no tool that approves or ' +
    'rejects, and none can be asked to.',
  scope: 'read',
  annotations: LOOKS,
  input: z.strictObject({ thought: thoughtId.exactOptional().describe('Only those of this thought.') }),
  output: {
    proposals: z.array(
      z.object({
        thought: z.string(),
        position: z.number(),
        rule: z.string(),
        kind: z.string(),
        mode: z.string(),
        target: z.string(),
        source: z.string().nullable(),
        reason: z.string(),
        proposedAt: z.string(),
        expiresAt: z.string().nullable(),
      }),
    ),
    waiting: z.number().describe('How many there are in all.'),
  },
  async run({ thought }, { source, given }) {
    const all = await source.proposals(thought ?? null);
    const proposals = all.slice(0, MOST).map((row) => ({
      thought: row.thought,
      position: row.position,
      rule: row.rule,
      kind: row.kind,
      mode: row.mode,
      target: row.target,
      source: row.source,
      reason: row.reason,
      proposedAt: row.proposedAt,
      expiresAt: row.expiresAt,
    }));
    const more = all.length - proposals.length;
    return {
      before: all.length === 0 ? 'Nothing waits for a person.' : `Proposals that wait: ${all.length}.`,
      data: proposals
        .map(({ thought: id, position, rule, kind, target, source: from, reason, expiresAt }) => {
          const what = from === null ? `${kind} ${target}` : `${kind} ${from} to ${target}`;
          const until = expiresAt === null ? '' : `; denied at ${expiresAt} unless somebody decides`;
          return `${shortId(id)} output ${position + 1} (${rule}): ${what}: ${reason}${until}`;
        })
        .join('\n'),
      after: [
        more > 0 ? `${more} more are not shown.` : '',
        all.length > 0 ? `The person decides with: ${given.line('inbox')}` : '',
      ]
        .filter((line) => line !== '')
        .join('\n'),
      structured: { proposals, waiting: all.length },
    };
  },
});
