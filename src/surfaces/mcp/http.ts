import { createMcpHandler as createHandler } from '@modelcontextprotocol/server';
import type { Clock } from '../../base/clock.ts';
import type { Access } from '../../contract/access.ts';
import type { Daemon } from '../daemon.ts';
import type { Hub } from '../http/hub.ts';
import type { Turns } from '../http/turns.ts';
import type { Given } from './given.ts';
import { createServer } from './server.ts';
import { sourceWithin } from './source.ts';

/** Most bytes of a message, as of every body. */
const MESSAGE_LIMIT = 4 * 1024 * 1024;
/** How long a client has to hear that it is let go, before its streams end. */
const GRACE_MS = 300;

export interface McpHandlerOptions extends Omit<Given, 'ask' | 'act'> {
  daemon: Daemon;
  hub: Hub;
  turns: Turns;
}

/** Answers one request of an MCP client that was let in; what it may do follows from its access alone. */
export type McpHandler = (request: Request, access: Access) => Promise<Response>;

/**
 * The MCP server over streamable HTTP, without sessions: each request is answered by a server of its own. Who asks, and
 * from where, has been checked before. When `signal` aborts, or the one of the access, what is under way ends.
 */
export function createMcpHandler({ daemon, hub, turns, ...given }: McpHandlerOptions): McpHandler {
  return async (request, access) => {
    const isToken = access.kind === 'token';
    const signal = isToken ? AbortSignal.any([given.signal, access.signal]) : given.signal;
    const server = {
      ...given,
      signal,
      act: !isToken || access.scopes.includes('act'),
      ask: (until: AbortSignal) => sourceWithin(daemon, hub, turns, until),
    };
    // What is offered never changes: nobody is to wait for that.
    const limits = { maxSubscriptions: 0, maxRequestBodySize: MESSAGE_LIMIT };
    const { fetch } = createHandler(() => createServer(server), limits);
    return endingWith(await fetch(request), signal, given.clock);
  };
}

/** The same response, whose body ends soon after `signal` aborts. */
function endingWith(response: Response, signal: AbortSignal, clock: Clock): Response {
  if (response.body === null) return response;
  const reader = response.body.getReader();
  const over = new AbortController();
  const end = async () => {
    await clock.sleep(GRACE_MS, over.signal);
    await reader.cancel();
  };
  // It was over before, or it ends in another way.
  const letGo = () => void end().catch(() => {});
  signal.addEventListener('abort', letGo, { once: true, signal: over.signal });
  if (signal.aborted) letGo();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      over.abort();
      controller.close();
    },
    cancel(reason) {
      over.abort();
      return reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
