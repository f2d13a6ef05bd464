import { once } from 'node:events';
import http from 'node:http';

/** A model server on loopback whose words the test decides; everything else about it is real. */
export interface ModelServer {
  port: number;
  url: string;
  /** Prompts in the order in which they arrived; of a call with results of tools, the prompt again. */
  prompts: string[];
  /** Whole requests, likewise. */
  bodies: AskedBody[];
  /** What it says to a prompt: a string, an object (as JSON), or a promise of one to answer later. */
  answer: (prompt: string, body: AskedBody) => unknown;
  /** Takes a call over where it is set: returns false to have it answered as usual. */
  misbehave: ((prompt: string, response: http.ServerResponse) => boolean) | null;
  /** Tokens of context that it tells, as vLLM does; null = it does not. */
  context: number | null;
  /** What it says at LM Studio's own `/api/v1/models`; null = it has no such route. */
  native: unknown;
  /** What it says to a POST that is no call of a model; null = it has no such route. */
  post: (path: string, body: unknown) => unknown;
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
    bodies: [],
    answer,
    misbehave: null,
    context: 131_072,
    native: null,
    post: () => null,
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

/** An answer that calls tools. */
export class Calls {
  readonly calls: readonly { name: string; arguments: unknown }[];
  constructor(...calls: { name: string; arguments: unknown }[]) {
    this.calls = calls;
  }

  parts(): object[] {
    return this.calls.map((call, index) => ({
      index,
      id: `call-${index}`,
      type: 'function',
      function: { name: call.name, arguments: JSON.stringify(call.arguments) },
    }));
  }
}

/** What the tests look at of a request. */
export interface AskedBody {
  model: string;
  messages: {
    role: string;
    content: string | { type: string; text?: string; image_url?: { url: string } }[];
  }[];
  tools?: { function: { name: string } }[];
  tool_choice?: string;
  max_tokens?: number;
}

/** The words of the first message. */
function promptIn({ messages }: AskedBody): string {
  const content = messages[0]?.content ?? '';
  return typeof content === 'string' ? content : content.map((part) => part.text ?? '').join('');
}

async function respond(
  model: ModelServer,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  if (request.method === 'GET') {
    const told = model.context === null ? {} : { max_model_len: model.context };
    const models = { data: [{ id: 'test-model', object: 'model', ...told }] };
    const found =
      request.url === '/v1/models' ? models : request.url === '/api/v1/models' ? model.native : null;
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? { error: 'no such route' }));
    return;
  }
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const body = JSON.parse(Buffer.concat(parts).toString());
  if (request.url !== '/v1/chat/completions') {
    const found = model.post(request.url ?? '', body);
    response.writeHead(found === null ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? { error: 'no such route' }));
    return;
  }
  const prompt = promptIn(body);
  model.prompts.push(prompt);
  model.bodies.push(body);
  if (model.misbehave?.(prompt, response)) return;
  const said = await model.answer(prompt, body);
  const content = typeof said === 'string' ? said : JSON.stringify(said);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const frame = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`);
  const isCalls = said instanceof Calls;
  const delta = isCalls ? { tool_calls: said.parts() } : { content };
  frame({ model: 'test-model', choices: [{ index: 0, delta, finish_reason: null }] });
  frame({
    choices: [{ index: 0, delta: {}, finish_reason: isCalls ? 'tool_calls' : 'stop' }],
    usage: { prompt_tokens: 11, completion_tokens: 7 },
  });
  response.end('data: [DONE]\n\n');
}
