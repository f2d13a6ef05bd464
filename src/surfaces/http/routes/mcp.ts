import * as z from 'zod';
import { PLAIN, type Route, responds } from '../route.ts';

/** For MCP clients. */
export const mcpRoutes: readonly Route[] = [
  responds({
    ...PLAIN,
    name: 'mcp',
    method: 'POST',
    path: '/mcp',
    scope: 'read',
    summary:
      'A message of an MCP client (streamable HTTP, without sessions); `think` is offered to tokens that may act.',
    schema: z.record(z.string(), z.unknown()),
    type: 'application/json',
    respond: async ({ request, access }, { mcp }) => {
      // The scope lets nobody here that is not known.
      if (access === null) throw new Error('nobody that is known');
      return (await mcp())(request, access);
    },
  }),
];
