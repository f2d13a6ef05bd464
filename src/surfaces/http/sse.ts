/**
 * A `text/event-stream` response: one SSE event per value, named by its `type`, its data the value as JSON.
 * Values are taken only as fast as the client reads; `gone` is aborted when the client goes away and when the
 * values end. A failure of the values is reported and ends the stream.
 */
export function eventStream(
  values: AsyncIterable<{ type: string }>,
  gone: AbortController,
  report: (error: unknown) => void,
): Response {
  const iterator = values[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // Tells the client that it is subscribed, before anything happens.
      controller.enqueue(encoder.encode(': open\n\n'));
    },
    async pull(controller) {
      const next = await iterator.next().catch((error: unknown) => {
        report(error);
        return undefined;
      });
      if (next === undefined || next.done === true) {
        gone.abort();
        controller.close();
      } else controller.enqueue(encoder.encode(frame(next.value)));
    },
    cancel() {
      gone.abort();
    },
  });
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  });
}

function frame(value: { type: string }): string {
  return `event: ${value.type}\ndata: ${JSON.stringify(value)}\n\n`;
}
