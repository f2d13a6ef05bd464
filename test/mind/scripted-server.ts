import { once } from 'node:events';
import http from 'node:http';
import { systemClock } from '../../src/base/clock.ts';
import type { Provider, ThinkCall, ThinkEvent, ToolCall } from '../../src/contract/provider.ts';
import { createOpenAICompatibleProvider } from '../../src/mind/providers/openai-compatible.ts';
import type { ServerOptions } from '../../src/mind/providers/server.ts';

/** What a script may do with one request. */
export type Script = (asked: Asked, response: http.ServerResponse) => void;

export interface Asked {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: string;
  /** 1 for the first request that this server got. */
  number: number;
  request: http.IncomingMessage;
}

export interface ScriptedServer extends AsyncDisposable {
  url: string;
  asked: Asked[];
  sockets: number;
}

/** A real HTTP server on loopback that answers as a script says. */
export async function serve(script: Script, host = '127.0.0.1'): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const server = http.createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const body = Buffer.concat(parts).toString();
    const { method = '', url: path = '', headers } = request;
    const one = { method, path, headers, body, number: asked.length + 1, request };
    asked.push(one);
    script(one, response);
  });
  server.on('connection', () => {
    scripted.sockets += 1;
  });
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
  const scripted = {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}/v1`,
    asked,
    sockets: 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return scripted;
}

/** Answers every request with server-sent events: strings go out as they are, objects as `data:` frames. */
export function stream(...parts: (string | object)[]): Script {
  return (_asked, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of parts) response.write(frame(part));
    response.end();
  };
}

/** Answers every request with one JSON body. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Script {
  return (_asked, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };
}

/** Answers by path; anything else gets LM Studio's 200 with an error body. */
export function routes(table: Record<string, Script>): Script {
  return (asked, response) => {
    const unknown = json(200, { error: `Unexpected endpoint or method. (${asked.method} ${asked.path})` });
    (table[asked.path] ?? unknown)(asked, response);
  };
}

export function frame(part: string | object): string {
  return typeof part === 'string' ? part : `data: ${JSON.stringify(part)}\n\n`;
}

export function words(content: string): object {
  return { model: 'served', choices: [{ index: 0, delta: { content }, finish_reason: null }] };
}

export function stopped(finish = 'stop'): object {
  return { choices: [{ index: 0, delta: {}, finish_reason: finish }] };
}

export const DONE = 'data: [DONE]\n\n';

/** A provider for a URL, with limits that a test may shorten. */
export function providerFor(url: string, more: ServerMore = {}): Provider {
  return createOpenAICompatibleProvider(serverOptions(url, more));
}

export type ServerMore = Partial<Omit<ServerOptions, 'limits'> & ServerOptions['limits']>;

/** Settings of a server for tests. */
export function serverOptions(url: string, more: ServerMore = {}): ServerOptions {
  const { headersMs = 5_000, firstTokenMs = 5_000, idleMs = 5_000, totalMs = null, ...rest } = more;
  return {
    name: 'lmstudio',
    baseUrl: url,
    apiKey: 'sk-not-for-logs',
    model: 'local-model',
    limits: { headersMs, firstTokenMs, idleMs, totalMs },
    slots: 2,
    version: '1.2.3',
    clock: systemClock,
    ...rest,
  };
}

export const CALL: ThinkCall = {
  model: 'a-model',
  prompt: 'What is in this document?',
  document: null,
  documentName: null,
  schema: null,
  maxOutputTokens: null,
};

export interface Heard {
  text: string;
  reasoning: string;
  calls: ToolCall[];
  /** The last event. */
  end: ThinkEvent | undefined;
}

/** Everything that one call yields. */
export async function hear(
  provider: Provider,
  call: Partial<ThinkCall> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<Heard> {
  const heard: Heard = { text: '', reasoning: '', calls: [], end: undefined };
  for await (const event of provider.think({ ...CALL, ...call }, signal)) {
    heard.end = event;
    if (event.kind === 'text') heard.text += event.text;
    if (event.kind === 'reasoning') heard.reasoning += event.text;
    if (event.kind === 'called') heard.calls.push(event.call);
  }
  return heard;
}

/** The failure that a call ended with; throws where it ended well. */
export function failureOf(heard: Heard) {
  if (heard.end?.kind !== 'failed') throw new Error(`the call did not fail: ${JSON.stringify(heard)}`);
  return heard.end.failure;
}
