import * as z from 'zod';
import { SENSES } from './event.ts';
import type { ConfigProblem } from './problem.ts';
import { tryView } from './try.ts';

/** One thing that is wrong with the text of a rule, for whoever is writing it. */
const ruleProblem = z
  .object({
    severity: z.enum(['error', 'warning']),
    line: z.number().nullable().describe('From 1; null where there is no line to point at.'),
    key: z.string().describe('Dotted: `outputs.0.write`; empty for the text as a whole.'),
    message: z.string(),
    allowed: z.string().nullable(),
    nearest: z.string().nullable().describe('What is known and resembles most what was written.'),
  })
  .meta({ id: 'RuleProblem' });
type RuleProblem = z.output<typeof ruleProblem>;

/** The file of a rule as it is now. */
export const ruleTextView = z
  .object({
    name: z.string(),
    file: z.string(),
    text: z.string(),
    etag: z.string().describe('Stands for these bytes; goes into `If-Match` where they are to be replaced.'),
    problems: z.array(ruleProblem),
  })
  .meta({ id: 'RuleText' });
export type RuleTextView = z.output<typeof ruleTextView>;

/** What a daemon would say of a text, were it the file of that rule. */
export const ruleCheckView = z
  .object({
    ok: z.boolean().describe('Whether it would come into force; with warnings it would.'),
    wokenBy: z.string().describe('What would wake it, for people; empty where it is not good.'),
    sense: z.enum(SENSES).nullable().describe('The sense whose events could; null where it is not good.'),
    problems: z.array(ruleProblem),
  })
  .meta({ id: 'RuleCheck' });
export type RuleCheckView = z.output<typeof ruleCheckView>;

/** What a text would make of what a past thought was about. Nothing was written. */
export const ruleTryView = tryView
  .omit({ path: true, captured: true })
  .extend({
    thought: z.string(),
    subject: z.string().describe('What that was about: a path, or what else was perceived.'),
    captured: tryView.shape.captured.nullable().describe('Null where nothing was.'),
  })
  .meta({ id: 'RuleTry' });
export type RuleTryView = z.output<typeof ruleTryView>;

/** A problem of a file as whoever writes its text sees it. */
export function ruleProblemOf({
  severity,
  line,
  key,
  message,
  allowed,
  nearest,
}: ConfigProblem): RuleProblem {
  return { severity, line, key, message, allowed, nearest };
}
