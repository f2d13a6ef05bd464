import { lazy } from '../../base/lazy.ts';
import type { LiveEvent } from '../../contract/live-event.ts';
import { PROCESSED } from '../../contract/thought.ts';
import type { Daemon } from '../daemon.ts';
import { placeOf, type SpanOptions, spansOf } from './spans.ts';

/** Thoughts whose trace waits to be told; what comes beyond is not traced, and counted. */
const BACKLOG = 1000;

/** Where the API keeps what an SDK registered; looked at before the API is loaded, which takes 8 MB and 17 ms [measured]. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

export interface TracingOptions {
  content(): SpanOptions['content'];
  /** Ends it. */
  signal: AbortSignal;
  /** Told of what should not happen. */
  report(error: unknown): void;
  /** So many thoughts were not traced, since they came faster than they can be told. */
  onDropped(count: number): void;
}

/**
 * Tells the trace of every thought that is processed from this call on to the OpenTelemetry SDK that the user brought;
 * without one, nothing is read and nothing is computed. Resolves when `signal` aborts.
 */
export async function traceThoughts(
  daemon: Pick<Daemon, 'live' | 'thought'>,
  options: TracingOptions,
): Promise<void> {
  const { signal, report } = options;
  const waiting = new Set<string>();
  let dropped = 0;
  let telling: Promise<void> | null = null;

  for await (const event of daemon.live(signal)) {
    if (!isProcessed(event) || !(REGISTERED in globalThis)) continue;
    if (waiting.size >= BACKLOG && !waiting.has(event.thought)) dropped += 1;
    else waiting.add(event.thought);
    telling ??= tellAll().finally(() => {
      telling = null;
    });
  }
  await telling;

  async function tellAll(): Promise<void> {
    for (const id of waiting) {
      waiting.delete(id);
      try {
        await tellOne(id);
      } catch (error) {
        if (!signal.aborted) report(error);
      }
    }
    if (dropped > 0) options.onDropped(dropped);
    dropped = 0;
  }

  async function tellOne(id: string): Promise<void> {
    const { emit, tracerNow } = await emitter();
    const tracer = tracerNow();
    if (tracer === null) return;
    const view = await daemon.thought(id);
    // Somebody may have put it back meanwhile: then its end is still to come.
    if (view.processed) emit(tracer, spansOf(view, { content: options.content() }), placeOf(view.id));
  }
}

const emitter = lazy(() => import('./emit.ts'));

function isProcessed(event: LiveEvent): event is Extract<LiveEvent, { type: 'state' }> {
  return event.type === 'state' && PROCESSED.includes(event.state);
}
