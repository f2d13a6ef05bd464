import * as z from 'zod';

/** The port of the HTTP API, as `status` tells of it. */
export const httpView = z
  .object({
    port: z.number().nullable().describe('As configured; null where it is off.'),
    state: z
      .enum(['off', 'closed', 'listening', 'failing'])
      .describe('`closed`: there is nobody to let in. `failing`: it cannot be opened, and is tried again.'),
    url: z.string().nullable().describe('While it listens.'),
    problem: z.string().nullable().describe('Why it cannot be opened.'),
    tokens: z.number().describe('Tokens that are let in.'),
    sessions: z.number().describe('Sessions of the dashboard that are.'),
  })
  .meta({ id: 'Http' });
export type HttpView = z.output<typeof httpView>;
