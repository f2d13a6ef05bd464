import * as z from 'zod';
import { SENSES } from './event.ts';
import { httpView } from './http-view.ts';
import { providerHealth } from './provider-health.ts';
import { THOUGHT_STATES } from './thought.ts';

/** What ready thoughts may be held by. */
export const HOLDERS = ['provider', 'rule', 'root', 'output', 'store', 'all'] as const;

export const SENSE_STATES = ['starting', 'ok', 'polling', 'degraded', 'offline'] as const;

export const ROOT_STATES = ['scanning', 'watching', 'polling', 'offline'] as const;

/** A number for each state of thoughts. */
export const thoughtCounts = z.record(z.enum(THOUGHT_STATES), z.number());

export const rootHealth = z
  .object({
    path: z.string(),
    state: z.enum(ROOT_STATES),
    detail: z.string().describe('Why it is not simply watching; empty otherwise.'),
    files: z.number(),
    directories: z.number(),
    watches: z.number(),
    pending: z.number().describe('Perceived and not yet journaled.'),
  })
  .meta({ id: 'RootHealth' });
export type RootHealth = z.output<typeof rootHealth>;

export const senseHealth = z
  .object({
    name: z.enum(SENSES),
    state: z.enum(SENSE_STATES),
    detail: z.string(),
    roots: z.array(rootHealth),
  })
  .meta({ id: 'SenseHealth' });
export type SenseHealth = z.output<typeof senseHealth>;

/** Why ready thoughts of a provider or rule are not being claimed now. */
export const holdView = z
  .object({
    what: z.enum(HOLDERS),
    name: z.string(),
    reason: z.string(),
    since: z.string(),
    until: z.string().exactOptional().describe('When it ends by itself, where that is known.'),
    thoughts: z.number(),
  })
  .meta({ id: 'HoldView' });
export type HoldView = z.output<typeof holdView>;

/** The database and what protects it. */
export const storageView = z
  .object({
    database: z.string().describe('Its path.'),
    databaseBytes: z.number(),
    journalBytes: z.number().describe('Of its write-ahead journal.'),
    checkedAt: z.string().nullable().describe('When all its pages were last found well.'),
    backups: z.object({
      folder: z.string(),
      count: z.number(),
      bytes: z.number(),
      newest: z.string().nullable(),
      problem: z.string().nullable().describe('Why the last one was not made.'),
    }),
    quarantined: z.number().describe('Damaged databases that are kept.'),
    lost: z
      .object({
        at: z.string(),
        from: z.string().nullable(),
        reason: z.string(),
        quarantine: z.string(),
      })
      .nullable()
      .describe(
        'The last time that it was lost; `from` is the backup that took its place, null where it was begun anew.',
      ),
    retention: z.object({
      waiting: z
        .number()
        .nullable()
        .describe(
          'Rows and texts that are old enough to go and are still there, as of the last pass; null before it.',
        ),
      removed: z.number().describe('Gone since the start.'),
      lastPass: z.string().nullable(),
    }),
  })
  .meta({ id: 'StorageView' });
export type StorageView = z.output<typeof storageView>;

/** `status`. */
export const statusView = z
  .object({
    version: z.string(),
    pid: z.number(),
    instance: z.string(),
    home: z.object({
      config: z.string(),
      rules: z.string(),
      state: z.string(),
      option: z
        .string()
        .describe(
          'What a command needs to reach this daemon: `--home DIR`, quoted; empty where it needs nothing.',
        ),
    }),
    startedAt: z.string(),
    ready: z.boolean().describe('False until every root was scanned once since the start.'),
    stopping: z.boolean(),
    senses: z.array(senseHealth),
    rules: z.array(
      z.object({
        name: z.string(),
        version: z.string(),
        wokenBy: z.string().describe('What wakes it, for people.'),
        paths: z.array(z.string()),
        models: z.array(z.string()),
        problem: z.string().nullable(),
      }),
    ),
    outputRoots: z.array(z.string()).describe('Where outputs may write.'),
    problems: z.array(z.string()),
    queue: thoughtCounts,
    proposals: z
      .object({ waiting: z.number(), oldest: z.string().nullable() })
      .describe('Outputs that wait for a person, and since when the oldest does.'),
    holds: z.array(holdView),
    providers: z.array(
      providerHealth.extend({
        name: z.string(),
        slots: z.number(),
        busy: z.number(),
        spent: z
          .object({ tokens: z.number(), money: z.number(), calls: z.number() })
          .nullable()
          .describe('Of its budget of today; null where it has none, or nothing was used.'),
        recent: z
          .object({
            answers: z.number(),
            firstTokenMs: z.number().nullable(),
            tokensPerSecond: z.number().nullable(),
          })
          .describe('Its last answers, at most 20, and their medians; null where nothing tells.'),
      }),
    ),
    oldestReadyMs: z.number().nullable().describe('How long ago the oldest ready thought was made.'),
    oldestRunningMs: z.number().nullable(),
    storage: storageView,
    http: httpView,
    lastError: z.object({ at: z.string(), message: z.string() }).nullable(),
    eventLoopDelayMs: z.object({ p50: z.number(), p99: z.number(), max: z.number() }),
    memoryMb: z.number(),
  })
  .meta({ id: 'StatusView' });
export type StatusView = z.output<typeof statusView>;
