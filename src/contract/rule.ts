import * as z from 'zod';
import { duration, rate } from './duration.ts';
import { FILE_CHANGES } from './event.ts';
import type { Manners } from './manners.ts';
import { mannersSchema } from './manners.ts';
import { pattern } from './pattern.ts';
import type { RuleOnDaemon, RuleOnLog, RuleOnProcess, RuleOnSchedule, RuleOnVitals } from './rule-on.ts';
import { onDaemon, onLog, onProcess, onSchedule, onVitals } from './rule-on.ts';
import { type OutputKind, ruleOutput } from './rule-output.ts';

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
  containing: pattern
    .optional()
    .describe('A regular expression: files whose text does not match it are not thought about.'),
});

const onRequest = z
  .strictObject({})
  .nullable()
  .transform(() => ({}))
  .describe('A request from the CLI or the API names this rule.');

/** What can wake a rule. */
const TRIGGERS = ['file', 'log', 'process', 'vitals', 'schedule', 'request', 'daemon'] as const;

/** Front matter of a rule file; the body beneath it is the Liquid prompt. DESIGN's names are the contract. */
export const ruleFrontMatter = z.strictObject({
  on: z
    .strictObject({
      file: onFile.optional().describe('Changes to files.'),
      request: onRequest.optional(),
      log: onLog.optional().describe('New lines of a file that grows.'),
      process: onProcess.optional().describe('Processes that start, end, or become too much.'),
      vitals: onVitals.optional().describe("A condition on the machine's vitals."),
      schedule: onSchedule.optional().describe('A time.'),
      daemon: onDaemon.optional().describe('What becomes of the daemon itself.'),
    })
    .refine((on) => Object.values(on).filter((value) => value !== undefined).length === 1, {
      error: `exactly one of: ${TRIGGERS.join(', ')}`,
    })
    .describe('What wakes the rule: exactly one of these.'),
  only: mannersSchema.optional().describe('When it may think; what comes at other times waits.'),
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
  outputs: z.array(ruleOutput).max(50).default([]).describe('What to do with the answer, in this order.'),
});

export type RuleFrontMatter = z.output<typeof ruleFrontMatter>;

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
  on: RuleOn;
  /** When it may think; absent = always. */
  only?: Manners;
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
  outputs: RuleOutput[];
  /** Liquid source. */
  prompt: string;
}

/** Exactly one of them. */
export interface RuleOn {
  file?: RuleOnFile;
  request?: Record<string, never>;
  log?: RuleOnLog;
  process?: RuleOnProcess;
  vitals?: RuleOnVitals;
  schedule?: RuleOnSchedule;
  daemon?: RuleOnDaemon;
}

/** One output as a rule declares it. What is Liquid is rendered when an answer is planned. */
export interface RuleOutput {
  kind: OutputKind;
  /** Liquid; empty for kinds that have no file. */
  path: string;
  /** Liquid; empty for kinds that have none. */
  body: string;
  /** Keys of front matter, each Liquid. */
  set?: Record<string, string>;
  /** The line (Liquid) beneath which is inserted, or the heading under which. */
  beneath?: string;
  under?: string;
  /** Name of a list in the answer: one insertion for each `item` of it. */
  each?: string;
  /** Liquid expression of a list, or words. */
  tags?: string;
  /** Liquid. */
  title?: string;
  /** Name of a webhook in the configuration. */
  to?: string;
  /** Literal arguments, never a template. */
  argv?: string[];
  /** It waits for a person: always, or where this Liquid condition holds. */
  approve?: true | string;
}

export interface RuleOnFile {
  /** Absolute glob patterns in path text, `~` and relative ones resolved. */
  paths: string[];
  changes: (typeof FILE_CHANGES)[number][];
  settleMs: number;
  existing: 'ignore' | 'process';
  /** A regular expression that the captured text must match. */
  containing?: string;
}

/** The rule behind `think` where no rule is named: the request's text is the prompt, nothing is written. */
export const REQUEST_RULE = 'request';
