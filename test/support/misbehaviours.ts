import type { ServerResponse } from 'node:http';

/** What a server may do with one call instead of answering it. */
export type Misbehaviour = (response: ServerResponse) => void;

const STREAM = { 'content-type': 'text/event-stream' };
const frame = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const word = (content: string) => frame({ choices: [{ index: 0, delta: { content }, finish_reason: null }] });
const END = frame({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });

function refuse(status: number, body: unknown, headers: Record<string, string> = {}): Misbehaviour {
  return (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

function stream(...parts: string[]): Misbehaviour {
  return (response) => {
    response.writeHead(200, STREAM);
    for (const part of parts) response.write(part);
    response.end();
  };
}

/** Bytes past the HTTP library, for what it would never send. */
function raw(text: string, then: (response: ServerResponse) => void): Misbehaviour {
  return (response) => {
    response.socket?.write(text);
    then(response);
  };
}

function every(ms: number, response: ServerResponse, what: () => void): void {
  const timer = setInterval(what, ms);
  response.once('close', () => clearInterval(timer));
  response.socket?.once('close', () => clearInterval(timer));
}

export const MISBEHAVIOURS = {
  hangsBeforeHeaders: () => undefined,
  hangsInTheStream: (response) => {
    response.writeHead(200, STREAM);
    response.write(word('half an'));
  },
  dribblesHeaders: raw('HTTP/1.1 200 OK\r\nx-slow: ', (response) => {
    every(20, response, () => response.socket?.write('a'));
  }),
  dribblesComments: (response) => {
    response.writeHead(200, STREAM);
    every(20, response, () => response.write(': still here\n\n'));
  },
  resets: (response) => {
    response.socket?.resetAndDestroy();
  },
  resetsInTheStream: (response) => {
    response.writeHead(200, STREAM);
    response.write(word('half an'), () => response.socket?.resetAndDestroy());
  },
  truncates: stream(word('half an')),
  garbage: stream('\u0000\u0001<<<>>> not an event\n\n'),
  errorIn200: refuse(200, { error: 'something went wrong' }),
  errorInStream: stream(word('half an'), frame({ error: { message: 'CUDA error', type: 'server_error' } })),
  status500: refuse(500, { error: { message: 'internal' } }),
  status503: refuse(503, 'upstream is not there'),
  loading: refuse(503, { error: { message: 'Loading model', type: 'unavailable_error' } }),
  tooManyFor1s: refuse(429, { error: 'slow down' }, { 'retry-after': '1' }),
  tooMany: refuse(429, { error: 'slow down' }),
  loginPage: (response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html><body>Please log in</body></html>');
  },
  redirects: (response) => {
    response.writeHead(302, { location: 'http://127.0.0.1:9/elsewhere' });
    response.end();
  },
  badChunks: raw(
    'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n',
    (response) => response.socket?.end(),
  ),
  notHttp: raw('SSH-2.0-OpenSSH_9.2\r\n', (response) => response.socket?.end()),
  unloaded: refuse(400, { error: 'No models loaded. Please load a model first.' }),
  status401: refuse(401, { error: 'invalid api key' }),
  noSuchModel: refuse(404, { error: { message: "model 'test-model' not found", code: 'model_not_found' } }),
  noSuchRoute: refuse(404, { detail: 'Not Found' }),
  usageOnly: stream(frame({ usage: { prompt_tokens: 3, completion_tokens: 0 } }), 'data: [DONE]\n\n'),
  overflow: refuse(400, { error: 'the prompt is longer than the context length of 2048 tokens' }),
  malformedRequest: refuse(400, { error: { message: 'no such field' } }),
  empty: stream(END, 'data: [DONE]\n\n'),
  reasonsOnly: stream(
    frame({ choices: [{ index: 0, delta: { reasoning_content: 'let me see' }, finish_reason: null }] }),
    END,
  ),
  callsATool: stream(
    frame({
      choices: [
        {
          index: 0,
          delta: { tool_calls: [{ index: 0, id: 'a', function: { name: 'rm', arguments: '{}' } }] },
          finish_reason: 'tool_calls',
        },
      ],
    }),
  ),
  wrongSchema: stream(word('{"title": 7}'), END),
  notJson: stream(word('Sure! Here you are.'), END),
  huge: stream(word('x'.repeat(5 * 1024 * 1024)), END),
  endless: (response) => {
    response.writeHead(200, STREAM);
    const more = () => {
      while (!response.destroyed && response.write(word('and on '.repeat(2000))));
    };
    response.on('drain', more);
    more();
  },
} satisfies Record<string, Misbehaviour>;
