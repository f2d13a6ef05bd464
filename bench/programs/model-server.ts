import http from 'node:http';

// A model that answers every prompt at once, as a stream, with the same words. Prints its address.
const frames = [
  { choices: [{ index: 0, delta: { content: 'An answer ' }, finish_reason: null }] },
  { choices: [{ index: 0, delta: { content: 'at once.' }, finish_reason: null }] },
  {
    choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
    usage: { prompt_tokens: 20, completion_tokens: 4 },
  },
];
const answer = `${frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`).join('')}data: [DONE]\n\n`;
const models = JSON.stringify({ data: [{ id: 'instant', object: 'model' }] });

const server = http.createServer((request, response) => {
  request.resume();
  if (request.method === 'POST') {
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(answer);
    });
    return;
  }
  const known = request.url === '/v1/models';
  response.writeHead(known ? 200 : 404, { 'content-type': 'application/json' });
  response.end(known ? models : '{"error":"no such route"}');
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}/v1`);
});
