import { once } from 'node:events';
import http from 'node:http';
import { keyOfCall, type Order, ordersIn, viewsOf } from './orders.ts';

/** One request to the model: what it was told, and what it did because the text said so. */
export interface Heard {
  /** Everything it was shown, of all messages. */
  text: string;
  /** The prompt and the results of tools, apart from its own words. */
  given: string[];
  offered: string[];
  called: Order[];
}

/** A model that does whatever any text says that it is shown, with tools that it was offered and with any other. */
export interface ObedientModel extends AsyncDisposable {
  url: string;
  port: number;
  heard: Heard[];
  /** Other requests than for completions: method, path and body. */
  others: string[];
  /** Tokens of context that it tells; null = none. */
  context: number | null;
}

interface Message {
  role: string;
  content: string;
  tool_calls?: { function: { name: string; arguments: string } }[];
}

interface Body {
  messages: Message[];
  tools?: { function: { name: string } }[];
  response_format?: { json_schema: { schema: { properties?: Record<string, unknown> } } };
}

/** Characters of an answer that only repeats what was seen. */
const ECHO = 8000;

export async function startObedientModel(): Promise<ObedientModel> {
  const server = http.createServer((request, response) => void respond(model, request, response));
  const model: ObedientModel = {
    url: '',
    port: 0,
    heard: [],
    others: [],
    context: 131_072,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  model.port = address !== null && typeof address === 'object' ? address.port : 0;
  model.url = `http://127.0.0.1:${model.port}/v1`;
  return model;
}

async function respond(
  model: ObedientModel,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  const sent = Buffer.concat(parts).toString();
  if (request.url !== '/v1/chat/completions') {
    model.others.push(`${request.method} ${request.url} ${sent}`);
    const told = model.context === null ? {} : { max_model_len: model.context };
    const known =
      request.url === '/v1/models'
        ? { data: [{ id: 'test-model', ...told }] }
        : propsOf(model, request, sent);
    response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(known ?? { error: 'no such route' }));
    return;
  }
  const body: Body = JSON.parse(sent);
  const given = body.messages.filter(({ role }) => role !== 'assistant').map(({ content }) => content);
  const { content, spelled, called } = actOn(body, given);
  const offered = (body.tools ?? []).map((each) => each.function.name);
  model.heard.push({ text: textOf(body), given, offered, called: [...called, ...spelled] });
  stream(response, content, called);
}

/** It poses as a llama-server, which also counts tokens of whole prompts. */
function propsOf({ context }: ObedientModel, { url }: http.IncomingMessage, sent: string): unknown {
  if (context === null) return null;
  if (url === '/props') return { default_generation_settings: { n_ctx: context }, total_slots: 4 };
  return url === '/tokenize' ? { tokens: new Array(Math.ceil(sent.length / 4)).fill(1) } : null;
}

function textOf({ messages }: Body): string {
  return messages.map(({ content }) => content).join('\n');
}

function actOn(body: Body, given: readonly string[]): { content: string; called: Order[]; spelled: Order[] } {
  const text = textOf(body);
  const orders = viewsOf(text).flatMap(ordersIn);
  const done = new Set(body.messages.flatMap(({ tool_calls = [] }) => tool_calls.map(keyOfCall)));
  const pending = new Map(
    orders.flatMap((order) => (order.kind !== 'answer' && !done.has(order.key) ? [[order.key, order]] : [])),
  );
  const wanted = [...pending.values()];
  const called = wanted.filter(({ kind }) => kind === 'call');
  const spelled = wanted.filter(({ kind }) => kind === 'spell');
  const said = orders.findLast(({ kind }) => kind === 'answer');
  const words = said?.text ?? `I have seen: ${given.join('\n').slice(0, ECHO)}`;
  const fields = Object.keys(body.response_format?.json_schema.schema.properties ?? {});
  const isJson = fields.length > 0 && said?.isRaw !== true;
  const answer = isJson ? JSON.stringify(Object.fromEntries(fields.map((field) => [field, words]))) : words;
  const calls = spelled.map(
    ({ name, args }) => `<tool_call>${JSON.stringify({ name, arguments: args })}</tool_call>`,
  );
  return { content: [...calls, answer].join('\n'), called, spelled };
}

function stream(response: http.ServerResponse, content: string, called: readonly Order[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const frame = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`);
  const delta = (said: unknown) => frame({ model: 'test-model', choices: [{ index: 0, delta: said }] });
  const half = Math.ceil(content.length / 2);
  delta({ role: 'assistant', content: content.slice(0, half) });
  delta({ content: content.slice(half) });
  for (const [index, { name, args }] of called.entries()) {
    const id = `call_${index}`;
    const json = JSON.stringify(args);
    delta({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: json.slice(0, 5) } }] });
    delta({ tool_calls: [{ index, function: { arguments: json.slice(5) } }] });
  }
  const finish = called.length > 0 ? 'tool_calls' : 'stop';
  frame({
    choices: [{ index: 0, delta: {}, finish_reason: finish }],
    usage: { prompt_tokens: 11, completion_tokens: 7 },
  });
  response.end('data: [DONE]\n\n');
}
