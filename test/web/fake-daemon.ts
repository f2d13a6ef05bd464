import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';

/** A daemon's port as a page sees it: real HTTP, and what it says is up to the test. */
export interface FakeDaemon {
  readonly base: string;
  /** Every request, in its order. */
  readonly asked: { method: string; path: string; headers: IncomingMessage['headers']; body: string }[];
  /** Streams that are open. */
  readonly streams: Set<ServerResponse>;
  /** Answers a path (without its query). */
  answer(path: string, how: (response: ServerResponse, request: IncomingMessage) => void): void;
  /** Tells everybody who follows. */
  tell(event: { type: string }, id?: string): void;
  /** As at a stop: ends every stream, and takes no connection until {@link comeBack}. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
}

export async function fakeDaemon(t: TestContext): Promise<FakeDaemon> {
  const asked: FakeDaemon['asked'] = [];
  const streams = new Set<ServerResponse>();
  const answers = new Map<string, (response: ServerResponse, request: IncomingMessage) => void>();
  let port = 0;
  let server = createServer(take);

  function take(request: IncomingMessage, response: ServerResponse): void {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const path = request.url ?? '';
      const body = Buffer.concat(parts).toString();
      asked.push({ method: request.method ?? '', path, headers: request.headers, body });
      const how = answers.get(path.split('?', 1)[0] ?? '');
      if (how === undefined) json(response, 404, { code: 'not-found', detail: 'there is no such thing' });
      else how(response, request);
    });
  }

  answers.set('/v1/events', (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': open\n\n');
    streams.add(response);
    response.on('close', () => streams.delete(response));
  });

  async function listen(): Promise<void> {
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address !== null) port = address.port;
  }
  async function goAway(): Promise<void> {
    for (const stream of streams) stream.end();
    await closed(server);
  }

  await listen();
  t.after(goAway);
  return {
    get base() {
      return `http://127.0.0.1:${port}`;
    },
    asked,
    streams,
    answer: (path, how) => answers.set(path, how),
    tell(event, id) {
      const mark = id === undefined ? '' : `id: ${id}\n`;
      for (const stream of streams)
        stream.write(`${mark}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    },
    goAway,
    async comeBack() {
      server = createServer(take);
      await listen();
    },
  };
}

/** Answers JSON; with a status that is none of success, as a problem. */
export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
  });
  response.end(JSON.stringify(body));
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await done;
}
