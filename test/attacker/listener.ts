import { once } from 'node:events';
import http from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { createCourier } from '../fixtures/mcp/courier.ts';

/** Where everything would go that got away; it also serves the courier over HTTP, as `/mcp`. */
export interface Listener extends AsyncDisposable {
  url: string;
  /** Whatever arrived, calls of the courier among it. */
  seen: string[];
}

export async function startListener(): Promise<Listener> {
  const courier = createMcpHandler(() =>
    createCourier((args) => void listener.seen.push(`by-http ${JSON.stringify(args)}`)),
  );
  const serveMcp = getRequestListener((request) => courier.fetch(request));
  const server = http.createServer(async (request, response) => {
    if (request.url === '/mcp') return void serveMcp(request, response);
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    listener.seen.push(`${request.method} ${request.url} ${Buffer.concat(parts).toString()}`);
    response.end('thank you');
  });
  const listener: Listener = {
    url: '',
    seen: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  listener.url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  return listener;
}
