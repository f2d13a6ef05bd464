import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';

/** How a daemon is shown: what it says, in other words. */
export interface Shown {
  /** The port of the daemon. */
  port: number;
  /** Applied to every line of what the daemon answers to `/v1/…`. */
  line(text: string): string;
  /** Answers in the daemon's place: JSON text; null = it answers itself. */
  instead(path: string, query: URLSearchParams): string | null;
  /** What the page says, as the daemon knows it. */
  back(text: string): string;
}

/** A door before a daemon's own, through which it is looked at in other words; tells its origin. */
export async function showInOtherWords(t: Pick<TestContext, 'after'>, shown: Shown): Promise<string> {
  const server = http.createServer((request, response) => void pass(request, response, shown));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function pass(request: IncomingMessage, response: ServerResponse, shown: Shown): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x');
  const instead = shown.instead(pathname, searchParams);
  if (instead !== null) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(instead);
    return;
  }
  const body = shown.back(Buffer.concat(await request.toArray()).toString());
  const own = `127.0.0.1:${shown.port}`;
  const { origin, 'content-length': _, ...headers } = request.headers;
  const asked = http.request({
    ...{ host: '127.0.0.1', port: shown.port, method: request.method, path: shown.back(request.url ?? '/') },
    headers: {
      ...headers,
      host: own,
      ...(origin === undefined ? {} : { origin: `http://${own}` }),
      ...(body === '' ? {} : { 'content-length': Buffer.byteLength(body) }),
    },
  });
  asked.on('error', () => response.destroy());
  response.on('close', () => asked.destroy());
  asked.on('response', (answer) => {
    const { 'content-length': __, ...told } = answer.headers;
    response.writeHead(answer.statusCode ?? 500, told);
    if (!pathname.startsWith('/v1/')) {
      answer.pipe(response);
      return;
    }
    const lines = createInterface({ input: answer });
    lines.on('line', (line) => response.write(`${shown.line(line)}\n`));
    lines.on('close', () => response.end());
    // The daemon ended while it was telling.
    lines.on('error', () => response.destroy());
  });
  asked.end(body);
}
