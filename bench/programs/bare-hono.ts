import { readFileSync } from 'node:fs';
import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';

// The least server that answers as the daemon did: a list of the same bytes, and to whoever follows the same frames at
// the same pace, from SIGUSR2 on, each saying that it was told just now. Keeps nothing, knows nothing.
const [socketPath = '', framesFile = '', listFile = ''] = process.argv.slice(2);
const frames: { after: number; frame: string }[] = JSON.parse(readFileSync(framesFile, 'utf8'));
const list = readFileSync(listFile, 'utf8');
const readers = new Set<SSEStreamingApi>();

const app = new Hono();
app.get('/list', (c) => c.body(list, 200, { 'content-type': 'application/json' }));
app.get('/events', (c) =>
  streamSSE(c, async (stream) => {
    await stream.write(': open\n\n');
    readers.add(stream);
    await new Promise<void>((resolve) => {
      stream.onAbort(resolve);
    });
    readers.delete(stream);
  }),
);
http.createServer(getRequestListener(app.fetch)).listen(socketPath, () => console.log('listening'));

process.on('SIGUSR2', async () => {
  const began = performance.now() - (frames[0]?.after ?? 0);
  for (const { after, frame } of frames) {
    const early = began + after - performance.now();
    if (early > 0) await pause(early);
    const told = frame.replace(/"at":"[^"]+"/, `"at":"${new Date().toISOString()}"`);
    for (const reader of readers) void reader.write(`${told}\n\n`);
  }
});
