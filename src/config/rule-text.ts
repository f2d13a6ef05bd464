import * as z from 'zod';
import { canonicalJson } from '../base/canonical-json.ts';
import { CodedError } from '../base/errors.ts';
import { idOf } from '../base/ids.ts';
import type { Condition } from '../contract/condition.ts';
import { FILE_CHANGES } from '../contract/event.ts';
import { REQUEST_RULE, type Rule, type RuleOn } from '../contract/rule.ts';
import { DAEMON_EVENTS, PROCESS_PRESETS } from '../contract/rule-on.ts';
import { OUTPUT_KIND_NAMES } from '../contract/rule-output.ts';

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
  containing: z.string().exactOptional(),
});

const clause = z.object({
  metric: z.string(),
  of: z.string().exactOptional(),
  above: z.number().exactOptional(),
  below: z.number().exactOptional(),
  rises: z.number().exactOptional(),
  falls: z.number().exactOptional(),
  withinMs: z.number().exactOptional(),
  forMs: z.number(),
  clear: z.number().exactOptional(),
});

const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([z.strictObject({ all: z.array(condition) }), z.strictObject({ any: z.array(condition) }), clause]),
);

const onLog = z.object({
  path: z.string(),
  match: z.string().nullable(),
  ignore: z.string().nullable(),
  begins: z.string().nullable(),
  gatherMs: z.number(),
  most: z.number(),
});

const onProcess = z.object({
  preset: z.enum(PROCESS_PRESETS).exactOptional(),
  name: z.string().exactOptional(),
  command: z.string().exactOptional(),
  changes: z.array(z.enum(['started', 'exited'])),
  when: condition.exactOptional(),
  cooldownMs: z.number(),
});

const onSchedule = z.object({
  cron: z.string().exactOptional(),
  everyMs: z.number().exactOptional(),
  at: z.string().exactOptional(),
  timezone: z.string(),
  missed: z.enum(['once', 'skip']),
  gather: z.object({ files: z.array(z.string()), rules: z.array(z.string()) }).exactOptional(),
});

const on: z.ZodType<RuleOn> = z.strictObject({
  file: onFile.exactOptional(),
  request: z.strictObject({}).exactOptional(),
  log: onLog.exactOptional(),
  process: onProcess.exactOptional(),
  vitals: z.object({ when: condition, cooldownMs: z.number() }).exactOptional(),
  schedule: onSchedule.exactOptional(),
  daemon: z.object({ events: z.array(z.enum(DAEMON_EVENTS)) }).exactOptional(),
});

const output = z.object({
  kind: z.enum(OUTPUT_KIND_NAMES),
  path: z.string(),
  body: z.string(),
  set: z.record(z.string(), z.string()).exactOptional(),
  beneath: z.string().exactOptional(),
  under: z.string().exactOptional(),
  each: z.string().exactOptional(),
  tags: z.string().exactOptional(),
  title: z.string().exactOptional(),
  to: z.string().exactOptional(),
  argv: z.array(z.string()).exactOptional(),
  approve: z.union([z.literal(true), z.string()]).exactOptional(),
});

const storedRule = z.object({
  name: z.string(),
  on,
  only: z
    .object({
      onAc: z.literal(true).exactOptional(),
      idleMs: z.number().exactOptional(),
      hours: z.string().exactOptional(),
    })
    .exactOptional(),
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
  outputs: z.array(output),
  prompt: z.string(),
});
