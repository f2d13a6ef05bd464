import { once } from 'node:events';
import http from 'node:http';

/** A model server on loopback whose words the test decides; everything else about it is real. */
export interface ModelServer {
  port: number;
  url: string;
  /** Prompts in the order in which they arrived. */
  prompts: string[];
  /** What it says to a prompt: a string, an object (as JSON), or a promise of one to answer later. */
  answer: (prompt: string) => unknown;
  /** Takes a call over where it is set: returns false to have it answered as usual. */
  misbehave: ((prompt: string, response: http.ServerResponse) => boolean) | null;
  /** What it says at LM Studio's own `/api/v1/models`; null = it has no such route. */
  native: unknown;
  stop(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
}

export async function startModelServer(
  answer: ModelServer['answer'] = () => 'an answer',
): Promise<ModelServer> {
  let server: http.Server | undefined;
  const model: ModelServer = {
    port: 0,
    url: '',
    prompts: [],
    answer,
    misbehave: null,
    native: null,
    async start() {
      server = http.createServer((request, response) => void respond(model, request, response));
      server.listen(model.port, '127.0.0.1');
      await once(server, 'listening');
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('not listening on TCP');
      model.port = address.port;
      model.url = `http://127.0.0.1:${address.port}/v1`;
    },
    async stop() {
      const closing = server;
      server = undefined;
      if (!closing) return;
      closing.closeAllConnections();
      closing.close();
      await once(closing, 'close');
    },
  };
  await model.start();
  return model;
}

async function respond(
  model: ModelServer,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  if (request.method === 'GET') {
    const models = { data: [{ id: 'test-model', object: 'model' }] };
    const found =
      request.url === '/v1/models' ? models : request.url === '/api/v1/models' ? model.native : null;
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? { error: 'no such route' }));
    return;
  }
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = JSON.parse(Buffer.concat(parts).toString());
  const prompt = String(body.messages.at(-1).content);
  model.prompts.push(prompt);
  if (model.misbehave?.(prompt, response)) return;
  const said = await model.answer(prompt);
  const content = typeof said === 'string' ? said : JSON.stringify(said);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const frame = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`);
  frame({ model: 'test-model', choices: [{ index: 0, delta: { content }, finish_reason: null }] });
  frame({
    choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
    usage: { prompt_tokens: 11, completion_tokens: 7 },
  });
  response.end('data: [DONE]\n\n');
}
