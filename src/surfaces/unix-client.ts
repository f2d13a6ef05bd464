import { type Client, clientOver } from './client.ts';
import { lost, send, textOf, type Where } from './unix-http.ts';

/** A client of the daemon at `where`, over its socket; every wait ends with `signal`. */
export function createClient(where: Where, signal: AbortSignal): Client {
  return clientOver({
    async ask(call) {
      const response = await send(where, { ...call, signal });
      return JSON.parse(await textOf(response, where, signal));
    },
    async follow<Event>(path: string) {
      const headers = { accept: 'text/event-stream' };
      const response = await send(where, { method: 'GET', path, headers, signal });
      response.setEncoding('utf8');
      return values<Event>(response, where, signal);
    },
  });
}

async function* values<T>(
  response: AsyncIterable<string>,
  where: Where,
  signal: AbortSignal,
): AsyncGenerator<T, void> {
  const { createParser } = await import('eventsource-parser');
  const arrived: T[] = [];
  const parser = createParser({ onEvent: ({ data }) => arrived.push(JSON.parse(data)) });
  try {
    for await (const part of response) {
      parser.feed(part);
      yield* arrived.splice(0);
    }
  } catch (error) {
    throw lost(error, where, signal);
  }
}
