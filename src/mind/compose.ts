import { CodedError } from '../base/errors.ts';
import type { EventData } from '../contract/event.ts';
import type { Rule } from '../contract/rule.ts';
import { compileTemplate, renderTemplate } from '../contract/template.ts';
import { templateScope } from '../contract/template-scope.ts';
import { fenceDocument, sanitise } from './prompt.ts';

/** Stands for the per-call delimiter in a prompt's key, so that two calls with the same prompt have the same key. */
const FENCE = 'consciousness-fence-of-this-call';

export interface ComposeInput {
  rule: Rule;
  thought: string;
  event: { at: number; data: EventData };
  captured: { text: string; format: string; truncated: boolean } | null;
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
  const text = captured === null ? null : fenceDocument(sanitise(captured.text), FENCE);
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
export function promptKeyOf({ mind }: Rule, model: string, key: string): string {
  return JSON.stringify([model, mind.maxOutputTokens, mind.schema, key]);
}

function sanitisedNames(data: EventData): EventData {
  const clean: EventData = { ...data };
  if (data.path !== undefined) clean.path = sanitise(data.path);
  if (data.name !== undefined) clean.name = sanitise(data.name);
  if (data.from !== undefined) clean.from = sanitise(data.from);
  return clean;
}
