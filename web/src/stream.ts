import { createParser } from 'eventsource-parser';

/** One server-sent event; `id` is where to go on after it, null where it is not in the feed. */
export interface Told<Event> {
  id: string | null;
  event: Event;
}

/**
 * What a body of server-sent events tells, as it comes. It ends with the body, and throws where the connection is lost
 * or says nothing, not even that it is alive, for `silenceMs`. Who leaves the loop lets go of the connection at once.
 */
export function toldBy<Event>(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  silenceMs: number,
): AsyncIterable<Told<Event>> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const arrived: { id: string | null; data: string }[] = [];
  let taken = 0;
  const parser = createParser({
    onEvent: ({ id, data }) => arrived.push({ id: id ?? null, data }),
  });

  async function next(): Promise<IteratorResult<Told<Event>, undefined>> {
    while (taken >= arrived.length) {
      arrived.length = 0;
      taken = 0;
      const { done, value } = await within(silenceMs, reader.read());
      if (done) return { done: true, value: undefined };
      parser.feed(value);
    }
    const told = arrived[taken];
    taken += 1;
    if (told === undefined) return next();
    // Not before somebody takes it: a thousand at once would hold up the page.
    return { done: false, value: { id: told.id, event: JSON.parse(told.data) } };
  }

  async function leave(): Promise<IteratorResult<Told<Event>, undefined>> {
    await reader.cancel().catch(() => undefined);
    return { done: true, value: undefined };
  }

  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        try {
          return await next();
        } catch (error) {
          await leave();
          throw error;
        }
      },
      // Not the `finally` of a generator: that would wait for the next event.
      return: leave,
    }),
  };
}

async function within<T>(ms: number, wait: Promise<T>): Promise<T> {
  const silence = Promise.withResolvers<never>();
  const timer = setTimeout(() => silence.reject(new Error(`nothing was heard for ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([wait, silence.promise]);
  } finally {
    clearTimeout(timer);
  }
}
