import * as z from 'zod';
import { seconds, url } from './config-url.ts';

/** The tools of one MCP server that may be called, each with the pin that `consciousness tools` shows. */
const mcpShared = {
  tools: z
    .record(
      z.string().min(1),
      z
        .string()
        .regex(/^sha256:[0-9a-f]{64}$/, 'not a pin')
        .meta({ title: 'sha256: and 64 hex digits, as `consciousness tools` shows them' }),
    )
    .default({})
    .describe('Tools that may be called, each with its pin; one that changes is refused.'),
  timeout: seconds(3600).default(30).describe('Seconds that one call may take.'),
  output_limit: z
    .int()
    .min(100)
    .max(1_000_000)
    .default(20_000)
    .describe('Characters of a result that are kept.'),
};

/** An MCP server: a program that is started, or one that listens. */
export const mcpServer = z.union([
  z.strictObject({
    command: z.string().min(1).describe('The program to start.'),
    args: z.array(z.string()).default([]).describe('Its arguments.'),
    env: z
      .record(z.string(), z.string())
      .default({})
      .describe('Variables for it; of yours it gets PATH, HOME, LANG and TMPDIR alone.'),
    ...mcpShared,
  }),
  z.strictObject({
    url: url.describe('Where it listens (streamable HTTP).'),
    headers: z.record(z.string(), z.string()).default({}).describe('Headers for every request.'),
    ...mcpShared,
  }),
]);

/** One MCP server's settings. */
export type McpServerConfig = z.output<typeof mcpServer>;
