import { once } from 'node:events';
import http from 'node:http';

/** One request as it arrived. */
export interface Arrived {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** A real receiver on loopback. */
export interface Receiver extends AsyncDisposable {
  port: number;
  url: string;
  arrived: Arrived[];
}

/** `answer` takes every request when its body is there; default: 204. */
export async function startReceiver(
  answer: (response: http.ServerResponse, arrived: Arrived) => void = (response) =>
    void response.writeHead(204).end(),
): Promise<Receiver> {
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const { method = '', url: path = '', headers } = request;
    const each = { method, path, headers, body: Buffer.concat(parts).toString() };
    receiver.arrived.push(each);
    answer(response, each);
  });
  const receiver: Receiver = {
    port: 0,
    url: '',
    arrived: [],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  receiver.port = address !== null && typeof address === 'object' ? address.port : 0;
  receiver.url = `http://127.0.0.1:${receiver.port}/hook`;
  return receiver;
}
