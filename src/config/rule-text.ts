import * as z from 'zod';
import { canonicalJson } from '../base/canonical-json.ts';
import { CodedError } from '../base/errors.ts';
import { idOf } from '../base/ids.ts';
import { FILE_CHANGES } from '../contract/event.ts';
import { REQUEST_RULE, type Rule } from '../contract/rule.ts';

/** All of a rule that decides what it does: its text and its version are made of nothing else. */
export type RuleContent = Omit<Rule, 'version' | 'file' | 'text'>;

/**
 * A rule with its text and version. The text is the canonical JSON of the content as resolved: `~`, relative
 * globs, omitted models. So a stored version alone says what a thought was or will be made of, and a changed
 * `default_models` is a new version of the rules that rely on it.
 */
export function sealRule(content: RuleContent, file: string): Rule {
  const text = canonicalJson(content);
  return { ...content, version: idOf('rule', text), file, text };
}

/** The rule that a stored text describes. Throws `rule-text-invalid`. */
export function ruleFromStored(text: string, file = ''): Rule {
  const parsed = storedRule.safeParse(parseJson(text));
  if (parsed.success) return sealRule(parsed.data, file);
  throw new CodedError('rule-text-invalid', 'a stored rule cannot be read', { cause: parsed.error });
}

/** The rule behind `think` where no rule is named: the request is the prompt, and nothing is written. */
export function builtinRequestRule(defaultModels: readonly string[]): Rule {
  return sealRule(
    {
      name: REQUEST_RULE,
      on: { request: {} },
      mind: {
        models: [...defaultModels],
        offline: 'hold',
        schema: null,
        maxOutputTokens: null,
        cloud: 'never',
      },
      outputs: [],
      prompt: '{{ request.text }}',
    },
    '',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CodedError('rule-text-invalid', 'a stored rule is not JSON', { cause });
  }
}

const onFile = z.object({
  paths: z.array(z.string()),
  changes: z.array(z.enum(FILE_CHANGES)),
  settleMs: z.number(),
  existing: z.enum(['ignore', 'process']),
});

const storedRule = z.object({
  name: z.string(),
  on: z.union([z.strictObject({ file: onFile }), z.strictObject({ request: z.strictObject({}) })]),
  mind: z.object({
    models: z.array(z.string()).min(1),
    offline: z.enum(['hold', 'next']),
    schema: z.record(z.string(), z.unknown()).nullable(),
    maxOutputTokens: z.number().nullable(),
    cloud: z.enum(['never', 'allow']),
    rate: z.object({ count: z.number(), perMs: z.number() }).exactOptional(),
    temperature: z.number().exactOptional(),
    long: z.literal('refuse').exactOptional(),
    tools: z.array(z.string()).exactOptional(),
    maxSteps: z.number().exactOptional(),
  }),
  outputs: z.array(z.object({ kind: z.enum(['write', 'append']), path: z.string(), body: z.string() })),
  prompt: z.string(),
});
