import { Readable, Writable } from 'node:stream';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Given } from './given.ts';
import { createServer } from './server.ts';

/** Most bytes of one message: a request of a million characters fits, however they are written. */
const MESSAGE_LIMIT = 8 * 1024 * 1024;

export interface StdioOptions {
  given: Omit<Given, 'signal'>;
  /** What the client writes; ends when `signal` aborts. */
  input: AsyncIterable<string | Uint8Array>;
  /** Writes one message to the client. */
  send(message: object): void;
  /** Aborts: end, whatever is under way. */
  signal: AbortSignal;
}

/**
 * Serves one MCP client over streams until its end of them is closed or `signal` aborts (`ended`), or it sends a message
 * that is too long (`refused`). Lines that are no messages are passed over.
 */
export async function serveOverStdio({
  given,
  input,
  send,
  signal,
}: StdioOptions): Promise<'ended' | 'refused'> {
  const ended = new AbortController();
  const gone = AbortSignal.any([signal, ended.signal]);
  const stream = Readable.from(input);
  // That it broke off when it was told to end is nothing that anybody need hear.
  stream.on('error', () => {});
  const wire = new StdioServerTransport(stream, new Writable(), { maxBufferSize: MESSAGE_LIMIT });
  wire.send = async (message) => send(message);
  const onerror = (error: Error) => {
    if (!gone.aborted) given.report(error);
  };
  const handle = serveStdio(() => createServer({ ...given, signal: gone }), { transport: wire, onerror });
  const closed = new Promise<void>((resolve) => {
    const close = wire.onclose;
    wire.onclose = () => {
      close?.();
      resolve();
    };
  });
  const stop = () => void handle.close();
  gone.addEventListener('abort', stop, { once: true });
  if (gone.aborted) stop();
  await closed;
  const refused = !stream.readableEnded && !signal.aborted;
  ended.abort();
  stream.destroy();
  return refused ? 'refused' : 'ended';
}
