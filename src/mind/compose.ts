import { CodedError } from '../base/errors.ts';
import type { EventData } from '../contract/event-data.ts';
import type { Picture } from '../contract/provider.ts';
import type { Rule } from '../contract/rule.ts';
import { compileTemplate, renderTemplate } from '../contract/template.ts';
import { templateScope } from '../contract/template-scope.ts';
import { fenceDocument, sanitise } from './prompt.ts';

/** Stands for the per-call delimiter in a prompt's key, so that two calls with the same prompt have the same key. */
const FENCE = 'consciousness-fence-of-this-call';

/** Stands in a prompt for a document that is only pictures. */
const PICTURES_ONLY = '(Its pages are attached as pictures.)';

/** What was captured of what is thought about. */
export interface Captured {
  text: string;
  format: string;
  truncated: boolean;
  /** Pages that are pictures; absent = none. */
  pictures?: readonly Picture[];
  /** Why their text is not in `text`, to go on after "This file". */
  unread?: string;
}

export interface ComposeInput {
  rule: Rule;
  thought: string;
  event: { at: number; data: EventData };
  captured: Captured | null;
  timezone: string;
  now: number;
  /** Random, new for every call. */
  fenceId: string;
}

export interface ComposedPrompt {
  /** Exactly what is sent. */
  prompt: string;
  /** The same before its per-call delimiters. */
  key: string;
}

/**
 * A rule's prompt about one thought. Watched text is data: sanitised and fenced, and names of files are
 * sanitised too. Throws `template-failed`.
 */
export function compose(input: ComposeInput): ComposedPrompt {
  const { rule, captured } = input;
  const compiled = compileTemplate(rule.prompt);
  if (!compiled.ok) throw new CodedError('template-failed', compiled.message);
  const text = captured === null ? null : fenceDocument(wordsOf(captured), FENCE);
  const scope = templateScope({
    event: { at: input.event.at, data: sanitisedNames(input.event.data) },
    captured: captured === null || text === null ? null : { ...captured, text },
    answer: null,
    schema: null,
    thought: input.thought,
    model: null,
    rule,
    now: input.now,
    timezone: input.timezone,
  });
  const key = renderTemplate(compiled.template, scope, { timezone: input.timezone });
  return { key, prompt: key.replaceAll(FENCE, input.fenceId) };
}

/** All that shapes an answer: two calls with the same key may have the same answer. `model` is `provider/model`. */
export function promptKeyOf(
  { mind }: Rule,
  model: string,
  key: string,
  pictures: readonly string[] = [],
): string {
  const { maxOutputTokens, schema, temperature, long, tools, maxSteps } = mind;
  const more = [temperature, long, tools, maxSteps, pictures.length === 0 ? undefined : pictures];
  const isPlain = more.every((each) => each === undefined);
  return JSON.stringify([model, maxOutputTokens, schema, key, ...(isPlain ? [] : [more])]);
}

function wordsOf({ text, pictures = [] }: Captured): string {
  return text.trim() === '' && pictures.length > 0 ? PICTURES_ONLY : sanitise(text);
}

/** Characters of a name that a prompt holds: longer ones are no names. */
const NAME_LIMIT = 1024;

function sanitisedNames(data: EventData): EventData {
  const clean: EventData = { ...data };
  const name = (text: string) => sanitise(text).replaceAll(FENCE, ' ').slice(0, NAME_LIMIT);
  if (data.process !== undefined)
    clean.process = { ...data.process, name: name(data.process.name), command: name(data.process.command) };
  if (data.condition !== undefined) clean.condition = { ...data.condition, of: name(data.condition.of) };
  if (data.reason !== undefined) clean.reason = name(data.reason);
  if (data.path !== undefined) clean.path = name(data.path);
  if (data.name !== undefined) clean.name = name(data.name);
  if (data.from !== undefined) clean.from = name(data.from);
  return clean;
}
