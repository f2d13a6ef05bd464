import * as z from 'zod';
import { THOUGHT_STATES } from '../../../contract/thought.ts';
import { parseSince } from '../../cli/since.ts';
import { aboutOf, shortId } from '../about.ts';
import { LOOKS, type Tool, tool } from '../tool.ts';

/** Rows that fit on a page of text, whatever is in them. */
const MOST = 50;

export const listThoughts: Tool = tool({
  name: 'list_thoughts',
  title: 'List thoughts',
  description:
    'Lists what the Consciousness daemon has thought about or is to think about, the newest first: files that ' +
    'changed in the watched folders, requests, and other events. Each row has id, state, rule, time, and what it is ' +
    'about. States: waiting, ready, running, answered, proposed (a person must decide), done, dead (gave up), ' +
    'cancelled. Use get_thought with an id for the answer.',
  scope: 'read',
  annotations: LOOKS,
  input: z.strictObject({
    state: z.enum(THOUGHT_STATES).exactOptional().describe('Only thoughts in this state.'),
    rule: z.string().min(1).max(255).exactOptional().describe('Only thoughts of the rule with this name.'),
    since: z
      .string()
      .max(100)
      .exactOptional()
      .describe('Only those from this time on: 30m, 2h, 3d (ago), or 2026-11-22T08:00:00Z.'),
    limit: z.int().min(1).max(MOST).default(20),
    cursor: z.string().min(1).max(200).exactOptional().describe('`next` of the page before.'),
  }),
  output: {
    thoughts: z.array(
      z.object({
        id: z.string(),
        timestamp: z.string(),
        state: z.enum(THOUGHT_STATES),
        rule: z.string(),
        about: z.string(),
        reason: z.string().describe('Why it is in this state, such as why it is held; often empty.'),
      }),
    ),
    next: z.string().nullable().describe('`cursor` of the next page; null = this was the last.'),
  },
  async run({ since, ...query }, { source, given }) {
    const from = since === undefined ? {} : { since: parseSince(since, given.clock.now(), 'since') };
    const { items, next } = await source.thoughts({ ...query, ...from });
    const thoughts = items.map((row) => ({
      id: row.id,
      timestamp: row.timestamp,
      state: row.state,
      rule: row.rule,
      about: aboutOf(row),
      reason: row.reason,
    }));
    return {
      before: thoughts.length === 0 ? 'No such thoughts.' : `Thoughts, the newest first: ${thoughts.length}.`,
      data: thoughts.map(lineOf).join('\n'),
      after: next === null ? '' : `There are more: the next page has cursor ${next}`,
      structured: { thoughts, next },
    };
  },
});

function lineOf(row: {
  id: string;
  timestamp: string;
  state: string;
  rule: string;
  about: string;
  reason: string;
}) {
  const why = row.reason === '' ? '' : ` (${row.reason.slice(0, 200)})`;
  return `${shortId(row.id)}  ${row.timestamp}  ${row.state}  ${row.rule}: ${row.about.slice(0, 300)}${why}`;
}
