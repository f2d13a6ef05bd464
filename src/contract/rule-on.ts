import * as z from 'zod';
import { type Condition, conditionSchema } from './condition.ts';
import { duration } from './duration.ts';
import { pattern } from './pattern.ts';

/** What becomes of the daemon itself. */
export const DAEMON_EVENTS = [
  'provider.down',
  'provider.up',
  'thought.done',
  'thought.dead',
  'budget.spent',
  'disk.low',
] as const;
export type DaemonEvent = (typeof DAEMON_EVENTS)[number];

/** Model servers that are known by their processes. */
export const PROCESS_PRESETS = ['lmstudio', 'ollama', 'llama-server'] as const;
export type ProcessPreset = (typeof PROCESS_PRESETS)[number];

export interface RuleOnLog {
  /** Absolute path text of the file. */
  path: string;
  match: string | null;
  ignore: string | null;
  /** What the first line of a record matches; null = every line is one. */
  begins: string | null;
  gatherMs: number;
  /** Records that are shown whole. */
  most: number;
}

/** At least one of `preset`, `name` and `command`; all that are there must match. */
export interface RuleOnProcess {
  preset?: ProcessPreset;
  name?: string;
  command?: string;
  /** Empty where it is on a condition. */
  changes: ('started' | 'exited')[];
  when?: Condition;
  cooldownMs: number;
}

export interface RuleOnVitals {
  when: Condition;
  cooldownMs: number;
}

/** Exactly one of `cron`, `everyMs` and `at`. */
export interface RuleOnSchedule {
  cron?: string;
  everyMs?: number;
  at?: string;
  /** `system`, or an IANA name. */
  timezone: string;
  missed: 'once' | 'skip';
  gather?: { files: string[]; rules: string[] };
}

export interface RuleOnDaemon {
  events: DaemonEvent[];
}

const cooldown = duration.prefault('0s').describe('After it came true, not again for so long.');

export const onLog = z.strictObject({
  path: z.string().min(1).describe('The file: absolute, or ~/.'),
  match: pattern.optional().describe('Only records that match it; omitted: every one.'),
  ignore: pattern.optional().describe('But none that match this.'),
  begins: pattern
    .optional()
    .describe('What the first line of a record matches: the lines after it belong to it.'),
  gather: duration
    .prefault('2s')
    .pipe(z.number().min(100).max(30_000, 'longer than 30 s'))
    .describe('Records within this time of quiet are one event.'),
  most: z
    .int()
    .min(1)
    .max(1000)
    .default(50)
    .describe('Records shown whole; of more, how many of which kind.'),
});

export const onProcess = z
  .strictObject({
    preset: z.enum(PROCESS_PRESETS).optional().describe('A model server.'),
    name: z.string().min(1).max(200).optional().describe('A glob for the name of the program.'),
    command: pattern.optional().describe('A regular expression for its command line.'),
    changes: z
      .array(z.enum(['started', 'exited']))
      .max(2)
      .optional()
      .describe('What is told of it.'),
    when: conditionSchema.optional().describe('A condition on all that match, with their children.'),
    cooldown,
  })
  .refine((on) => (on.preset ?? on.name ?? on.command) !== undefined, {
    error: 'at least one of: preset, name, command',
  })
  .refine((on) => (on.changes?.length ?? 0) > 0 !== (on.when !== undefined), {
    error: 'exactly one of: changes, when',
  });

export const onVitals = z.strictObject({ when: conditionSchema.describe('What must hold.'), cooldown });

export const onSchedule = z
  .strictObject({
    cron: z.string().min(1).max(200).optional().describe('Five or six fields of cron.'),
    every: duration.pipe(z.number().min(1000, 'shorter than 1 s')).optional().describe('Again and again.'),
    at: z.string().min(1).max(40).optional().describe('Once: 2026-12-24 18:00.'),
    timezone: z
      .string()
      .min(1)
      .default('system')
      .meta({ title: 'system, or an IANA name such as Europe/Berlin' })
      .describe('Of `cron` and `at`.'),
    missed: z
      .enum(['once', 'skip'])
      .default('once')
      .describe('What was due while the daemon did not run: thought about once, or not at all.'),
    gather: z
      .strictObject({
        files: z.array(z.string().min(1)).max(100).default([]).describe('Globs of watched files.'),
        rules: z.array(z.string().min(1)).max(100).default([]).describe('Rules by name.'),
      })
      .refine(({ files, rules }) => files.length + rules.length > 0, {
        error: 'at least one of: files, rules',
      })
      .optional()
      .describe('What has changed since the last time: files, and what rules have answered.'),
  })
  .refine((on) => [on.cron, on.every, on.at].filter((each) => each !== undefined).length === 1, {
    error: 'exactly one of: cron, every, at',
  });

export const onDaemon = z.strictObject({
  events: z.array(z.enum(DAEMON_EVENTS)).min(1).describe('What is told.'),
});
