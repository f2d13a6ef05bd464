import * as z from 'zod';
import { messageOf } from '../base/errors.ts';
import { type Schema, withNulls, withoutNulls } from './answer-absent.ts';
import { jsonCandidates } from './answer-candidates.ts';
import { sanitise } from './prompt.ts';

/** An answer that can be used, or why not. Messages name paths and expectations, never what the model said. */
export type ReadAnswer =
  | { ok: true; answer: unknown }
  | { ok: false; kind: 'empty' | 'bad-answer'; message: string };

/**
 * Makes an answer of a model's words. Without a schema: the trimmed text; reasoning is never an answer.
 * With one: the first JSON in the text that satisfies it, with every declared property present; where there is no
 * text at all, in the reasoning, where some servers put it (lmstudio-bug-tracker #1698, #1773).
 */
export function readAnswer(schema: Schema | null, text: string, reasoning: string): ReadAnswer {
  const said = withoutThinking(text);
  if (schema === null) return said === '' ? empty(reasoning) : { ok: true, answer: said };
  if (said === '' && reasoning.trim() === '') return empty(reasoning);
  const compiled = compile(schema);
  if (typeof compiled === 'string') return bad(`the rule's answer schema cannot be used: ${compiled}`);

  return firstValid(schema, compiled, said === '' ? reasoning : said);
}

/** The prompt of the one repair turn: what was asked, what came, what is wrong with it. */
export function repairPrompt(prompt: string, text: string, message: string): string {
  return [
    prompt,
    '',
    'You answered:',
    sanitise(text.slice(0, REPAIR_LIMIT)),
    '',
    `That cannot be used: ${message}.`,
    'Answer again with the corrected JSON only: no explanation, no code fence.',
  ].join('\n');
}

/** Characters of a wrong answer that are shown to the model again. */
const REPAIR_LIMIT = 4_000;
/** Problems named in one message: a model mends few at once. */
const ISSUE_LIMIT = 5;

/** Compiled schemas, by identity: a rule keeps its schema object as long as it lives, and compiling takes longer than checking. */
const validators = new WeakMap<Schema, z.ZodType | string>();

function compile(schema: Schema): z.ZodType | string {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  let made: z.ZodType | string;
  try {
    made = z.fromJSONSchema(schema);
  } catch (error) {
    made = messageOf(error);
  }
  validators.set(schema, made);
  return made;
}

function firstValid(schema: Schema, validator: z.ZodType, text: string): ReadAnswer {
  let first: ReadAnswer | undefined;
  for (const candidate of jsonCandidates(text)) {
    const value = parse(candidate);
    if (value === undefined) continue;
    const result = validator.safeParse(withoutNulls(schema, value));
    if (result.success) return { ok: true, answer: withNulls(schema, result.data) };
    first ??= bad(explain(result.error.issues));
  }
  return first ?? bad('it is not JSON, or the JSON is cut off');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function explain(issues: z.core.$ZodIssue[]): string {
  const named = issues.slice(0, ISSUE_LIMIT).map(({ path, message }) => {
    const where = path.length === 0 ? 'the answer' : path.map(String).join('.');
    return `${where}: ${message.replace(/^Invalid input: /, '')}`;
  });
  const more = issues.length > ISSUE_LIMIT ? [`and ${issues.length - ISSUE_LIMIT} more`] : [];
  return [...named, ...more].join('; ');
}

/** Some servers leave a reasoning model's thinking in the text. One that never ends is thinking to the end. */
function withoutThinking(text: string): string {
  return text.replace(/^\s*<think(?:ing)?>[\s\S]*?(?:<\/think(?:ing)?>|$)/i, '').trim();
}

function empty(reasoning: string): ReadAnswer {
  const message =
    reasoning.trim() === '' ? 'the model answered nothing' : 'the model only reasoned and gave no answer';
  return { ok: false, kind: 'empty', message };
}

function bad(message: string): ReadAnswer {
  return { ok: false, kind: 'bad-answer', message };
}
