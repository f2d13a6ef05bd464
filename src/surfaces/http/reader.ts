import { type FeedRow, markText } from '../../contract/feed.ts';
import type { DroppedEvents, FollowedEvent, GapEvent, LiveEvent } from '../../contract/live-event.ts';

/** Most that waits for one reader; one that lets more come together reads on from the feed, at its own pace. */
export const BACKLOG = 1000;

/** Rows read from the feed at a time. */
const PAGE = 500;

/** One event, and what a reader that stops after it resumes from; null where it is not in the feed. */
export interface Told<Event = FollowedEvent> {
  id: string | null;
  event: Event;
}

export interface ReaderOptions {
  want(event: LiveEvent): boolean;
  /** The row of the feed after which it begins. */
  after: number;
  /** That is the last one there is. */
  isLast: boolean;
  /** Told first. */
  gap: GapEvent | null;
  /** What it resumes from where it is told nothing more. */
  mark: string | null;
  page(after: number, limit: number): Promise<{ rows: FeedRow[]; last: number }>;
  /** Asks to be told what comes from now on; false where there are rows that it has not passed yet. */
  join(reader: Reader): boolean;
  leave(reader: Reader): void;
}

/**
 * One reader of the feed and of what passes by. It reads rows until it has passed all there are, and is told then; where
 * it does not keep up, what waits for it is let go of, and it reads rows again from where it is. So its memory is
 * bounded, and no row is left out or comes twice.
 */
export class Reader implements AsyncIterable<Told> {
  readonly #options: ReaderOptions;
  #waiting: { told: Told<LiveEvent>; seq: number | null }[] = [];
  /** The last row that it was given, and the last that waits for it. */
  #given: number;
  #passed: number;
  #isTold = false;
  #dropped = 0;
  #ended = false;
  #wake: (() => void) | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#given = options.after;
    this.#passed = options.after;
    if (options.isLast) this.#join();
  }

  get passed(): number {
    return this.#passed;
  }

  /** A row of the feed, in its turn. */
  tellRow({ seq, at, event }: FeedRow): void {
    if (seq <= this.#passed) return;
    this.#passed = seq;
    if (this.#options.want(event)) this.#add({ told: { id: markText({ seq, at }), event }, seq });
  }

  /** Something that is not in the feed. */
  tell(event: LiveEvent): void {
    if (this.#options.want(event) && !this.#joined(event))
      this.#add({ told: { id: null, event }, seq: null });
  }

  /** So much was not kept for anybody. */
  miss(count: number): void {
    this.#dropped += count;
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Told, void> {
    yield { id: this.#options.mark, event: { type: 'begin' } };
    if (this.#options.gap !== null) yield { id: null, event: this.#options.gap };
    for (;;) {
      if (!this.#isTold && !this.#ended) yield* this.#behind();
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#given = next.seq ?? this.#given;
        yield next.told;
      }
      yield* this.#lost();
      if (this.#waiting.length > 0) continue;
      if (this.#ended) return;
      if (!this.#isTold) continue;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }

  /** Rows that it has not passed, until it is told of those that come. */
  async *#behind(): AsyncGenerator<Told, void> {
    yield* this.#lost();
    for (let isLast = false; !this.#ended && !(isLast && this.#join()); ) {
      const { rows, last } = await this.#options.page(this.#passed, PAGE);
      isLast = last - this.#passed < PAGE;
      for (const { seq, at, event } of rows) {
        if (this.#ended) return;
        this.#passed = seq;
        this.#given = seq;
        if (this.#options.want(event)) yield { id: markText({ seq, at }), event };
      }
      this.#passed = last;
      this.#given = last;
    }
  }

  #join(): boolean {
    this.#isTold = this.#options.join(this);
    return this.#isTold;
  }

  *#lost(): Generator<Told<DroppedEvents>, void> {
    const count = this.#dropped;
    this.#dropped = 0;
    if (count > 0) yield { id: null, event: { type: 'dropped', count } };
  }

  #add(next: { told: Told<LiveEvent>; seq: number | null }): void {
    if (this.#ended) return;
    if (this.#waiting.length >= BACKLOG) this.#fallBehind();
    else this.#waiting.push(next);
    this.#wake?.();
  }

  /** Rows that wait are read again; what is not in the feed is lost, and counted. */
  #fallBehind(): void {
    this.#options.leave(this);
    this.#isTold = false;
    this.#dropped += this.#waiting.filter(({ seq }) => seq === null).length;
    this.#waiting = [];
    this.#passed = this.#given;
  }

  /** Whether a token could be added to the one that waits last: an answer is never cut because somebody is slow. */
  #joined(event: LiveEvent): boolean {
    const last = this.#waiting.at(-1);
    if (event.type !== 'token' || last?.told.event.type !== 'token') return false;
    const { thought, reasoning, text, from } = last.told.event;
    if (thought !== event.thought || reasoning !== event.reasoning) return false;
    last.told = { id: null, event: { ...event, text: text + event.text, from } };
    return true;
  }
}
