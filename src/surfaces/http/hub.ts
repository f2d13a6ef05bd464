import type { DroppedEvents, LiveEvent } from '../../contract/live-event.ts';
import type { Daemon } from '../daemon.ts';

/** Most events kept for one reader that does not keep up; what comes beyond is counted, not kept. */
export const BACKLOG = 1000;
/** Most characters of an unfinished answer kept for readers that come late. */
const SAID_LIMIT = 1_000_000;

/** The daemon's live events for any number of readers, and what unfinished answers have said so far. */
export interface Hub {
  /**
   * Everything wanted from this call on; ends with the daemon's events or when `signal` aborts. Neighbouring
   * tokens of one thought are joined while they wait, so an answer is never cut; other events beyond
   * {@link BACKLOG} are replaced by their count.
   */
  subscribe(
    want: (event: LiveEvent) => boolean,
    signal: AbortSignal,
  ): AsyncIterable<LiveEvent | DroppedEvents>;
  /** The text that the running attempt of this thought (by id or prefix) has streamed; empty if it does not run. */
  said(idPrefix: string): string;
}

/** Follows `daemon` until it stops or `signal` aborts. A failure of the live events is reported and ends every reader. */
export function createHub(daemon: Daemon, signal: AbortSignal, report: (error: unknown) => void): Hub {
  const readers = new Set<Reader>();
  const said = new Map<string, string>();
  let over = false;

  const follow = async () => {
    try {
      for await (const event of daemon.live(signal)) {
        remember(said, event);
        for (const reader of readers) reader.offer(event);
      }
    } catch (error) {
      if (!signal.aborted) report(error);
    } finally {
      over = true;
      for (const reader of readers) reader.end();
    }
  };
  void follow();

  return {
    subscribe(want, until) {
      const reader = new Reader(want);
      const leave = () => {
        readers.delete(reader);
        reader.end();
      };
      if (over || until.aborted) reader.end();
      else {
        readers.add(reader);
        until.addEventListener('abort', leave, { once: true });
      }
      return reader;
    },
    said(idPrefix) {
      for (const [thought, text] of said) if (thought.startsWith(idPrefix)) return text;
      return '';
    },
  };
}

function remember(said: Map<string, string>, event: LiveEvent): void {
  if (event.type === 'sent') said.set(event.thought, '');
  else if (event.type === 'token' && !event.reasoning) {
    const text = said.get(event.thought) ?? '';
    if (text.length < SAID_LIMIT) said.set(event.thought, text + event.text);
  } else if (event.type === 'state' && event.state !== 'running') said.delete(event.thought);
}

class Reader implements AsyncIterable<LiveEvent | DroppedEvents> {
  readonly #want: (event: LiveEvent) => boolean;
  #waiting: LiveEvent[] = [];
  #dropped = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(want: (event: LiveEvent) => boolean) {
    this.#want = want;
  }

  offer(event: LiveEvent): void {
    if (this.#ended || !this.#want(event) || this.#joined(event)) return;
    if (this.#waiting.length >= BACKLOG) this.#dropped += 1;
    else this.#waiting.push(event);
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<LiveEvent | DroppedEvents, void> {
    for (;;) {
      const ready = this.#waiting;
      const count = this.#dropped;
      this.#waiting = [];
      this.#dropped = 0;
      yield* ready;
      if (count > 0) yield { type: 'dropped', count };
      if (this.#waiting.length > 0) continue;
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  /** Whether a token could be added to the one that waits last. */
  #joined(event: LiveEvent): boolean {
    const last = this.#waiting.at(-1);
    if (event.type !== 'token' || last?.type !== 'token') return false;
    if (last.thought !== event.thought || last.reasoning !== event.reasoning) return false;
    this.#waiting[this.#waiting.length - 1] = { ...last, text: last.text + event.text };
    return true;
  }
}
