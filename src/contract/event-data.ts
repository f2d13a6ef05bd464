import * as z from 'zod';
import { FILE_CHANGES } from './event.ts';

/** A process as templates see it. */
export const processData = z
  .object({
    pid: z.number(),
    name: z.string(),
    command: z.string(),
    started: z.string(),
    cpu: z.number().describe('Percent of one core.'),
    memory_mb: z.number(),
    status: z.string(),
    threads: z.number().nullable().describe('Null where the system does not tell.'),
    children: z.number().describe('Beneath it, at any depth.'),
    connections: z
      .number()
      .nullable()
      .describe('Of the internet, open; null where they cannot be seen, as after its end.'),
    exit: z.string().describe('How it ended, where that is known; empty otherwise.'),
  })
  .meta({ id: 'ProcessData' });
export type ProcessData = z.output<typeof processData>;

/** A condition that has come true, as templates see it. */
const conditionData = z
  .object({
    metric: z.string(),
    of: z.string().describe('Which disk, interface or process; empty where there is one.'),
    value: z.number(),
    before: z.number().nullable().describe('The value when it began; null where that is not known.'),
    limit: z.number(),
    since: z.string(),
  })
  .meta({ id: 'ConditionData' });

/** What a template sees as `event` and the API returns as an event's `data`. */
export const eventData = z
  .object({
    kind: z
      .string()
      .exactOptional()
      .describe('What happened, of senses other than files and requests: `process.exited`, `log.lines`, …'),
    path: z.string().exactOptional().describe('Absolute path text; files and logs only.'),
    root: z.string().exactOptional(),
    name: z.string().exactOptional(),
    change: z.enum(FILE_CHANGES).exactOptional(),
    from: z.string().exactOptional(),
    revision: z.number().exactOptional(),
    hash: z.string().nullable().exactOptional(),
    size: z.number().exactOptional(),
    modified: z.string().exactOptional().describe('Modification time.'),
    binary: z.boolean().exactOptional(),
    growing: z.boolean().exactOptional(),
    existing: z
      .boolean()
      .exactOptional()
      .describe('It was there before the rule met its root, and is told to that rule as added.'),
    text: z.string().exactOptional().describe("A request's text."),
    thought: z.string().exactOptional().describe('`thought.done`: the thought and its rule.'),
    rule: z.string().exactOptional(),
    lines: z.number().exactOptional().describe('Lines of a log that it is about.'),
    process: processData.exactOptional(),
    condition: conditionData.exactOptional(),
    slot: z.string().exactOptional().describe('When a schedule was due.'),
    missed: z.number().exactOptional().describe('How many slots before it were missed.'),
    gather: z
      .object({
        files: z.array(z.string()),
        rules: z.array(z.string()),
        since: z.string(),
        until: z.string(),
      })
      .exactOptional()
      .describe('What is to be gathered for a schedule: what has changed within a time.'),
    provider: z.string().exactOptional().describe('The provider that an event of the daemon is about.'),
    reason: z.string().exactOptional().describe('Why it happened.'),
  })
  .meta({ id: 'EventData' });
export type EventData = z.output<typeof eventData>;
