import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { http } from '../../base/node-http.ts';
import type { Tokens } from '../access/tokens.ts';
import { type Answer, adapted, type Served } from './adapter.ts';
import { setAnswerHeaders } from './answer-headers.ts';
import { BOUNDS, type Bounds } from './bounds.ts';
import type { Admission, RawRequest } from './guard.ts';
import { refuse, refuseMalformed } from './refuse.ts';

/** Never another: from elsewhere nobody reaches it. */
const ADDRESS = '127.0.0.1';

export interface TcpOptions {
  app: Served;
  port: number;
  guard(request: RawRequest): Admission;
  tokens: Pick<Tokens, 'enter'>;
  /** Told of what befalls the listener while it listens. */
  report(error: unknown): void;
  bounds?: Partial<Bounds>;
}

export interface TcpListening {
  port: number;
  url: string;
  /** Lets nobody in any more and cuts off who is; safe twice. */
  close(): Promise<void>;
}

/** Serves the app on a port of this machine, to those whom the guard lets in. Rejects where the port is not free. */
export async function listenOn(options: TcpOptions): Promise<TcpListening> {
  const { port } = options;
  const server = boundedServer({ ...BOUNDS, ...options.bounds });
  const answer = adapted(options.app);
  /** How many answers are under way on a connection. */
  const answering = new WeakMap<Socket, number>();
  const take = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const { socket } = incoming;
    const count = (by: number) => answering.set(socket, (answering.get(socket) ?? 0) + by);
    count(1);
    outgoing.once('close', () => count(-1));
    receive(incoming, outgoing, options, answer);
  };
  server.on('request', take);
  // Else Node answers by itself, before anybody has looked at the request.
  server.on('checkContinue', take);
  server.on('checkExpectation', take);
  server.on('clientError', refuseMalformed);
  // Whoever waits for an answer may wait; who does not take the one that there is, or asks for none, is cut off.
  server.on('timeout', (socket) => {
    if (!answering.get(socket) || socket.writableLength > 0) socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: ADDRESS, exclusive: true }, () => {
      server.off('error', reject);
      server.on('error', options.report);
      resolve();
    });
  });
  let closing: Promise<void> | undefined;
  return {
    port,
    url: `http://${ADDRESS}:${port}`,
    close() {
      closing ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      return closing;
    },
  };
}

function receive(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  { guard, tokens }: TcpOptions,
  answer: Answer,
): void {
  setAnswerHeaders(outgoing);
  const admission = guard({
    method: incoming.method ?? '',
    target: incoming.url ?? '',
    headers: incoming.rawHeaders,
  });
  if (admission.kind === 'refused') {
    refuse(outgoing, admission.error, admission.headers);
    return;
  }
  const { access } = admission;
  if (access !== null) {
    const leave = tokens.enter(access.id);
    // Whatever the route does, its answer ends with the token.
    const cut = () => incoming.socket.destroy();
    access.signal.addEventListener('abort', cut, { once: true });
    outgoing.once('close', () => {
      access.signal.removeEventListener('abort', cut);
      leave();
    });
  }
  if (incoming.headers.expect !== undefined) outgoing.writeContinue();
  answer(incoming, outgoing, access);
}

function boundedServer(bounds: Bounds): Server {
  const server = http.createServer({
    maxHeaderSize: bounds.headerBytes,
    headersTimeout: bounds.headersMs,
    requestTimeout: bounds.requestMs,
    keepAliveTimeout: bounds.keepAliveMs,
    connectionsCheckingInterval: bounds.lookMs,
    // The guard says what is missing, as it says everything else.
    requireHostHeader: false,
  });
  server.maxConnections = bounds.connections;
  server.timeout = bounds.stillMs;
  return server;
}
