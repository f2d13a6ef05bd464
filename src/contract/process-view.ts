import * as z from 'zod';
import { PROCESS_STATES } from './process.ts';

export const processConnection = z
  .object({
    protocol: z.enum(['tcp', 'tcp6', 'udp', 'udp6']),
    local: z.string().describe('`address:port`, IPv6 in brackets.'),
    remote: z.string().nullable().describe('Null where it is connected to nobody.'),
    state: z.string().describe('`established`, `listen`, …; empty for udp.'),
  })
  .meta({ id: 'ProcessConnection' });
export type ProcessConnection = z.output<typeof processConnection>;

export const processRow = z
  .object({
    pid: z.number(),
    parent: z.number().describe('0 where there is none.'),
    name: z.string(),
    command: z.string().describe('Its command line; values that look like secrets are masked.'),
    started: z.string(),
    cpu: z.number().describe('Percent of one core.'),
    memoryMb: z.number().describe('Resident memory in MB of 10^6 bytes.'),
    status: z.enum(PROCESS_STATES),
    threads: z.number().nullable().describe('Null where the system does not tell.'),
    depth: z.number().describe('How far beneath the first of its tree.'),
    connections: z
      .array(processConnection)
      .nullable()
      .exactOptional()
      .describe('Where they were asked for; null where they may not be seen.'),
  })
  .meta({ id: 'ProcessRow' });
export type ProcessRow = z.output<typeof processRow>;

/** `ps`: processes of this machine. */
export const processesView = z
  .object({
    processes: z.array(processRow),
    matched: z.number().describe('How many match; their children are not counted.'),
    total: z
      .object({
        cpu: z.number(),
        memoryMb: z.number(),
        threads: z.number().nullable(),
        children: z.number(),
      })
      .describe('What those and all beneath them use together.'),
  })
  .meta({ id: 'ProcessesView' });
export type ProcessesView = z.output<typeof processesView>;
