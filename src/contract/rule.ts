import * as z from 'zod';
import { FILE_CHANGES } from './event.ts';

const UNIT_MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST_MS = 365 * 86_400_000;

/** A duration as written by people: `500ms`, `3s`, `5m`, `2h`, `7d`. Parses to whole milliseconds, at most 365 days. */
const duration = z
  .string()
  .regex(/^\d{1,20}(\.\d{1,20})?(ms|s|m|h|d)$/, 'not a duration')
  .meta({ title: 'a number and a unit: 500ms, 3s, 5m, 2h or 7d; at most 365d' })
  // The database keeps instants as whole milliseconds, and refuses a fraction.
  .transform((text) => Math.round(Number.parseFloat(text) * (UNIT_MS[text.replace(/^[\d.]+/, '')] ?? 1)))
  .pipe(z.number().max(LONGEST_MS, 'longer than 365 days'));

/** How often a rule may think: `30/h`. Parses to a count and the milliseconds it is for. */
const rate = z
  .string()
  .regex(/^\d{1,6}\/[smhd]$/, 'not a rate')
  .meta({ title: 'a number, / and a unit: 1/s, 10/m, 30/h or 100/d' })
  .transform((text) => {
    const [count = '', unit = ''] = text.split('/');
    return { count: Number(count), perMs: UNIT_MS[unit] ?? 0 };
  })
  .refine(({ count }) => count > 0, 'never: pause the rule instead');

const model = z
  .string()
  .regex(/^[a-z][a-z0-9_-]*\/.+$/i, 'not provider/model')
  .meta({ title: 'provider/model, such as lmstudio/local-model' })
  .describe('A provider of the configuration and one of its models: lmstudio/qwen3-8b, builtin/extract.');

const onFile = z.strictObject({
  paths: z
    .array(z.string().min(1))
    .min(1)
    .max(100)
    .describe('Globs: absolute, ~, or relative to a watched root.'),
  changes: z
    .array(z.enum(FILE_CHANGES))
    .min(1)
    .default(['added', 'modified'])
    .describe('Which changes count.'),
  settle: duration.prefault('1s').describe('Quiet for this long before it is thought about.'),
  existing: z
    .enum(['ignore', 'process'])
    .default('ignore')
    .describe('Files already there when this rule first meets the root.'),
});

const onRequest = z
  .strictObject({})
  .nullable()
  .transform(() => ({}))
  .describe('A request from the CLI or the API names this rule.');

/** Front matter of a rule file; the body beneath it is the Liquid prompt. DESIGN's names are the contract. */
export const ruleFrontMatter = z.strictObject({
  on: z
    .strictObject({
      file: onFile.optional().describe('Changes to files.'),
      request: onRequest.optional(),
    })
    .refine((on) => Object.values(on).filter((value) => value !== undefined).length === 1, {
      error: 'exactly one of: file, request',
    })
    .describe('What wakes the rule: exactly one of these.'),
  mind: z
    .strictObject({
      models: z.array(model).min(1).optional().describe('First able one thinks; omitted: default_models.'),
      offline: z.enum(['hold', 'next']).default('hold').describe('When that one is not online.'),
      answer: z
        .record(z.string(), z.unknown())
        .optional()
        .describe('Shape of the answer, short or as JSON Schema; omitted: free text.'),
      rate: rate.optional().describe('Most calls in a time: 30/h. What comes sooner waits.'),
      max_output_tokens: z.int().min(1).max(131_072).optional().describe('Longest answer.'),
      temperature: z
        .number()
        .min(0)
        .max(2)
        .optional()
        .describe("How freely it chooses its words; omitted: the server's own. Not sent to Claude."),
      long: z
        .enum(['parts', 'refuse'])
        .default('parts')
        .describe('A document that is too long for the model: read in parts, or not at all.'),
      tools: z
        .array(z.string().min(1))
        .max(32)
        .default([])
        .meta({ title: 'read_file, list_files, now, and server/tool of MCP servers' })
        .describe('Tools that the model may use.'),
      max_steps: z
        .int()
        .min(1)
        .max(50)
        .default(8)
        .describe('Times that it may call tools before it must answer.'),
      cloud: z
        .enum(['never', 'allow'])
        .default('never')
        .describe('Whether what is thought about may leave this machine.'),
    })
    .prefault({})
    .describe('Who thinks, and what the answer looks like.'),
  outputs: z
    .array(
      z
        .strictObject({
          write: z.string().min(1).optional().describe('Liquid path of the file to write.'),
          append: z.string().min(1).optional().describe('Liquid path of the file to append to.'),
          body: z.string().min(1).describe('Liquid text to write or append.'),
        })
        .refine((output) => (output.write === undefined) !== (output.append === undefined), {
          error: 'exactly one of: write, append',
        }),
    )
    .default([])
    .describe('What to do with the answer, in this order.'),
});

export type RuleFrontMatter = z.output<typeof ruleFrontMatter>;

/** Outputs and triggers that DESIGN names but this version refuses at check. */
export const NOT_IN_THIS_VERSION = {
  outputs: [
    'frontmatter',
    'insert',
    'tasks',
    'move',
    'rename',
    'tag',
    'notify',
    'webhook',
    'command',
    'approve',
  ],
  on: ['log', 'process', 'vitals', 'schedule', 'daemon'],
} as const;

/** A rule, checked and ready to be matched. */
export interface Rule {
  /** Its file's name without `.md`. */
  name: string;
  /** Hash of its normalised content: of `text`. */
  version: string;
  /** Its file; empty for the built-in request rule. */
  file: string;
  /** Normalised content as stored by version; {@link Rule} can be made from it again. */
  text: string;
  on: { file?: RuleOnFile; request?: Record<string, never> };
  mind: {
    /** `provider/model`, at least one. */
    models: string[];
    offline: 'hold' | 'next';
    /** JSON Schema of the answer; null = free text. */
    schema: Record<string, unknown> | null;
    maxOutputTokens: number | null;
    /** Most calls in so many milliseconds; absent = any number. */
    rate?: { count: number; perMs: number };
    cloud: 'never' | 'allow';
    temperature?: number;
    /** Absent = `parts`. */
    long?: 'refuse';
    /** `read_file`, `server/tool`, …; absent = none. */
    tools?: string[];
    /** With `tools`. */
    maxSteps?: number;
  };
  outputs: { kind: 'write' | 'append'; path: string; body: string }[];
  /** Liquid source. */
  prompt: string;
}

export interface RuleOnFile {
  /** Absolute glob patterns in path text, `~` and relative ones resolved. */
  paths: string[];
  changes: (typeof FILE_CHANGES)[number][];
  settleMs: number;
  existing: 'ignore' | 'process';
}

/** The rule behind `think` where no rule is named: the request's text is the prompt, nothing is written. */
export const REQUEST_RULE = 'request';
