import * as z from 'zod';
import { thoughtCounts } from './status-view.ts';
import { THOUGHT_STATES } from './thought.ts';
import { outputView, thoughtRow } from './thought-view.ts';

/**
 * Shapes of the HTTP API, which are also the `--json` shapes of the CLI. Times are ISO 8601 UTC unless named `…Ms`.
 * They describe what the daemon says, and check nothing while it runs.
 */

/** What became of one file. */
export const runResult = z
  .object({
    path: z.string().describe('Absolute path text.'),
    queued: z.boolean(),
    thought: z
      .string()
      .nullable()
      .describe('The thought about it, queued now or before; null where there is none.'),
    reason: z.string().describe('Why it was not queued; empty otherwise.'),
  })
  .meta({ id: 'RunResult' });
export type RunResult = z.output<typeof runResult>;

/** `run`: how many thoughts were queued. */
export const runView = z
  .object({
    queued: z.number(),
    notQueued: z.number(),
    results: z.array(runResult).describe('One a file; of very many only the first thousand.'),
  })
  .meta({ id: 'RunView' });
export type RunView = z.output<typeof runView>;

/** `embed`: vectors of texts. */
export const embedView = z
  .object({
    model: z.string(),
    vectors: z.array(z.array(z.number())).describe('One a text, in their order.'),
  })
  .meta({ id: 'EmbedView' });
export type EmbedView = z.output<typeof embedView>;

/** `retry`, `cancel`: what became of one thought. */
export const changeResult = z
  .object({
    id: z.string(),
    ok: z.boolean(),
    state: z.enum(THOUGHT_STATES).nullable(),
    reason: z.string().describe('What happened, or why not.'),
    replayedAs: z
      .string()
      .optional()
      .describe('The new thought that takes its place: its rule has changed since. Only after `retry`.'),
  })
  .meta({ id: 'ChangeResult' });
export type ChangeResult = z.output<typeof changeResult>;

/** `undo --dry-run`: an output that was applied and still stands. */
export const undoableView = z
  .object({
    thought: z.string(),
    position: z.number(),
    kind: z.string(),
    target: z.string(),
    source: z.string().exactOptional().describe('The file that was moved there; absent for other kinds.'),
    at: z.string().describe('When it was applied.'),
  })
  .meta({ id: 'UndoableView' });
export type UndoableView = z.output<typeof undoableView>;

/** `undo`: what became of one output. */
export const undoResult = z
  .object({
    thought: z.string(),
    position: z.number(),
    kind: z.string(),
    target: z.string(),
    undone: z.boolean(),
    reason: z.string().describe('Why it stays; empty where it was taken back.'),
    waits: z
      .literal(true)
      .exactOptional()
      .describe('It is proposed and waits for a decision: there is nothing to take back.'),
  })
  .meta({ id: 'UndoResult' });
export type UndoResult = z.output<typeof undoResult>;

/** What a person has paused, after `pause` or `resume`: everything, and rules by name. */
export const pauseView = z.object({ all: z.boolean(), rules: z.array(z.string()) }).meta({ id: 'PauseView' });
export type PauseView = z.output<typeof pauseView>;

/** `rules`: one rule and what came of it. */
export const ruleView = z
  .object({
    name: z.string(),
    version: z.string().describe('Empty where no version of it is in force.'),
    state: z
      .enum(['in-force', 'refused', 'paused'])
      .describe('`refused`: its file is broken; a version that was good before stays in force.'),
    file: z.string(),
    wokenBy: z.string().describe('What wakes it, for people; empty where no version of it is in force.'),
    paths: z.array(z.string()).describe('Its globs, or its log; empty where something else wakes it.'),
    next: z
      .array(z.string())
      .describe('The next three times of a rule on a schedule; empty where there are none.'),
    models: z.array(z.string()),
    held: z
      .string()
      .nullable()
      .describe(
        'Why nothing of it is thought just now: paused, or its provider is away; null where nothing is.',
      ),
    problem: z.string().nullable().describe('What is wrong with its file; null where nothing is.'),
    thoughts: thoughtCounts.describe('Thoughts of all its versions, by state.'),
    last: thoughtRow.nullable().describe('The one that was queued last.'),
    lastResult: thoughtRow.nullable().describe('The one that was done or given up last.'),
  })
  .meta({ id: 'RuleView' });
export type RuleView = z.output<typeof ruleView>;

/** `explain FILE`. Each question answered, in the order in which the daemon would ask it. */
export const explanation = z
  .object({
    path: z.string(),
    root: z.string().nullable(),
    ignored: z
      .object({ by: z.string(), pattern: z.string() })
      .nullable()
      .describe('What stands in the way of seeing it: outside every root, a pattern, a symlink, …'),
    onDisk: z.boolean(),
    seen: z
      .object({
        revision: z.number(),
        hash: z.string().nullable(),
        size: z.number(),
        modified: z.string(),
        existing: z.boolean(),
      })
      .nullable()
      .describe('What was journaled of it; null if it was never seen.'),
    events: z.array(z.object({ seq: z.number(), at: z.string(), change: z.string(), revision: z.number() })),
    rules: z.array(z.object({ rule: z.string(), matched: z.boolean(), why: z.string() })),
    thoughts: z.array(
      thoughtRow.extend({
        settleUntil: z.string().nullable(),
        held: z.string().nullable(),
        outputs: z.array(outputView),
      }),
    ),
    writtenBy: z
      .object({ thought: z.string(), rule: z.string(), at: z.string() })
      .nullable()
      .describe('Which thought wrote it, where the daemon did.'),
    summary: z.string().describe('One sentence: where things stand.'),
  })
  .meta({ id: 'Explanation' });
export type Explanation = z.output<typeof explanation>;

/** RFC 9457 problem details with our code. */
export const problem = z
  .object({
    type: z.string().describe('`urn:consciousness:problem:` and the code.'),
    title: z.string(),
    status: z.number().describe('The HTTP status.'),
    code: z.string().describe('Stable, for programs.'),
    detail: z.string().describe('What was attempted, and what stands in the way, for people.'),
    value: z.unknown().optional().describe('The offending value.'),
    allowed: z.string().exactOptional().describe('What is allowed in its place.'),
    next: z.string().exactOptional().describe('What to do next.'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.output<typeof problem>;
