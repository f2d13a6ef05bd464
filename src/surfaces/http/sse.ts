import type { Clock } from '../../base/clock.ts';

/** How often a stream on which nothing happens says that it is alive. */
const BEAT_MS = 15_000;
/** A client that has taken nothing for so many beats is gone, or as good as. */
const BEATS_UNTAKEN = 2;

export const STREAM_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
} as const;

export interface StreamOptions {
  /** Aborted when the client goes away and when the values end; ends the stream when it is aborted. */
  gone: AbortController;
  clock: Clock;
  report(error: unknown): void;
}

/**
 * A `text/event-stream` response: one SSE event per value, named by its `type`, its data the value as JSON. Values are
 * taken only as fast as the client reads. A failure of the values is reported and ends the stream; a client that takes
 * nothing for half a minute is cut off.
 */
export function eventStream(
  values: AsyncIterable<{ id: string | null; event: { type: string } }>,
  { gone, clock, report }: StreamOptions,
): Response {
  const iterator = values[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      // Tells the client that it is subscribed, before anything happens.
      controller.enqueue(encoder.encode(': open\n\n'));
      void beat(controller);
    },
    async pull(controller) {
      hasTaken = true;
      const next = await iterator.next().catch((error: unknown) => {
        report(error);
        return undefined;
      });
      if (gone.signal.aborted || next === undefined || next.done === true) end(controller);
      else controller.enqueue(encoder.encode(frame(next.value)));
    },
    cancel() {
      gone.abort();
    },
  });
  let isOver = false;
  /** Since the last beat: a client that is always behind still takes. */
  let hasTaken = false;

  function end(controller: ReadableStreamDefaultController<Uint8Array>): void {
    if (isOver) return;
    isOver = true;
    gone.abort();
    controller.close();
  }

  async function beat(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    let untaken = 0;
    try {
      for (;;) {
        await clock.sleep(BEAT_MS, gone.signal);
        const isWaiting = (controller.desiredSize ?? 0) > 0;
        untaken = isWaiting || hasTaken ? 0 : untaken + 1;
        hasTaken = false;
        if (isWaiting) controller.enqueue(encoder.encode(': alive\n\n'));
        if (untaken < BEATS_UNTAKEN) continue;
        isOver = true;
        gone.abort();
        controller.error(new Error('the client takes nothing'));
      }
    } catch {
      // The stream is over: this is how it ends that somebody watches it.
    }
  }

  return new Response(body, { headers: STREAM_HEADERS });
}

function frame({ id, event }: { id: string | null; event: { type: string } }): string {
  const mark = id === null ? '' : `id: ${id}\n`;
  return `${mark}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}
