import http, { type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';

// A model that streams `max_tokens` tokens, each so many milliseconds after the one before, or with 0 as fast as that
// goes. A token says when it was sent, in nanoseconds on the clock that all processes share. Prints its address.
const everyMs = Number(process.argv[2]);

async function answer(tokens: number, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const began = performance.now();
  for (let token = 1; token <= tokens; token += 1) {
    if (everyMs > 0) await pause(began + token * everyMs - performance.now());
    response.write(frame({ delta: { content: `${process.hrtime.bigint()} ` }, finish_reason: null }));
  }
  response.end(`${frame({ delta: {}, finish_reason: 'stop' }, tokens)}data: [DONE]\n\n`);
}

function frame(choice: object, tokens?: number): string {
  const usage = tokens === undefined ? {} : { usage: { prompt_tokens: 20, completion_tokens: tokens } };
  return `data: ${JSON.stringify({ choices: [{ index: 0, ...choice }], ...usage })}\n\n`;
}

const server = http.createServer(async (request, response) => {
  await answer(JSON.parse(await text(request)).max_tokens, response);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}/v1`);
});
