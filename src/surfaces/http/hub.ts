import type { Clock } from '../../base/clock.ts';
import { type FeedPlace, type FeedRow, markOf, markText } from '../../contract/feed.ts';
import type { GapEvent, LiveEvent } from '../../contract/live-event.ts';
import type { Daemon } from '../daemon.ts';
import { BACKLOG, Reader, type Told } from './reader.ts';

/** Most characters of an unfinished answer kept for readers that come late. */
const SAID_LIMIT = 1_000_000;

/** How often the feed is looked at while somebody follows, where nothing said that it has grown. */
const LOOK_MS = 1000;

/** Rows read from the feed at a time. */
const PAGE = 500;

export interface Subscription {
  want(event: LiveEvent): boolean;
  /** Id of the event that it was told last, as it was told; null = from now on. */
  after: string | null;
  /** A thought (id or prefix) whose unfinished answer is wanted. */
  saidOf?: string;
}

export interface Subscribed {
  /** Everything wanted from now on, or from where the reader stopped; ends with the daemon, or when the signal aborts. */
  events: AsyncIterable<Told>;
  /** What the running attempt of the thought has streamed up to that; empty where it does not run. */
  said: string;
}

/** The feed and what passes by for any number of readers. */
export interface Hub {
  subscribe(subscription: Subscription, signal: AbortSignal): Promise<Subscribed>;
}

export interface HubOptions {
  clock: Clock;
  /** Ends every reader when it aborts. */
  signal: AbortSignal;
  report(error: unknown): void;
}

/**
 * Follows `daemon` until it stops or the signal aborts. What is in the feed is told from there, whole and in its order:
 * the daemon's live events of it only say that it has grown. What is not (tokens, holds) is told in its place between.
 */
export function createHub(daemon: Daemon, { clock, signal, report }: HubOptions): Hub {
  const told = new Set<Reader>();
  const readers = new Set<Reader>();
  const said = new Map<string, string>();
  const order: LiveEvent[] = [];
  /** Rows that were read and not told yet, the last that was read, and the last that was told; while somebody is told. */
  const rows: FeedRow[] = [];
  let seen = 0;
  let head = 0;
  /** Another one wherever those who are told begin anew. */
  let epoch = 0;
  let hasGrown = false;
  let isTelling = false;
  let telling = Promise.resolve();
  let over = false;

  function endAll(): void {
    over = true;
    for (const reader of readers) reader.end();
  }
  /** Those who are told end, and come again by what they were told last; nobody else is concerned. */
  const fail = (error: unknown) => {
    if (!signal.aborted && !over) report(error);
    rows.length = 0;
    for (const reader of told) reader.end();
    told.clear();
  };

  async function follow(): Promise<void> {
    for await (const event of daemon.live(signal)) {
      if (order.length < BACKLOG || isRow(event)) order.push(event);
      else for (const reader of told) reader.miss(1);
      void tell().catch(fail);
    }
    await tell().catch(fail);
  }

  async function look(): Promise<void> {
    while (!over) {
      await clock.sleep(LOOK_MS, signal);
      hasGrown = true;
      await tell().catch(fail);
    }
  }

  /** Tells what has come, in its order; one at a time. */
  function tell(): Promise<void> {
    if (!isTelling) {
      isTelling = true;
      telling = tellAll();
    }
    return telling;
  }

  async function tellAll(): Promise<void> {
    try {
      while (order.length > 0 || hasGrown || rows.length > 0) {
        const next = order.shift();
        if (next !== undefined) remember(said, next);
        if (next === undefined) await tellRest();
        else if (isRow(next)) await tellUpTo(next);
        else {
          // Nobody tells live that a thought runs: that it is sent says so.
          if (next.type === 'sent') await tellUpTo(runningOf(next));
          for (const reader of told) reader.tell(next);
        }
      }
    } finally {
      isTelling = false;
    }
  }

  /** Rows up to the one that a live event is about: those after it may belong behind what passes by meanwhile. */
  async function tellUpTo(event: LiveEvent): Promise<void> {
    for (let more = true; more; ) {
      const place = rows.findIndex((row) => isSame(row.event, event));
      if (place >= 0) return tellRows(rows.splice(0, place + 1));
      if (told.size === 0) return;
      const before = rows.length;
      more = await read();
      if (more && before > 0) tellRows(rows.splice(0, before));
    }
  }

  /** What is left once nothing passes by: what came before it has been told by then. */
  async function tellRest(): Promise<void> {
    hasGrown = false;
    const more = await read();
    if (rows.length > 0) await new Promise((resolve) => setImmediate(resolve));
    if (order.length === 0 || more) tellRows(rows.splice(0));
    hasGrown ||= more;
  }

  /** The next rows of the feed; false where there were none. */
  async function read(): Promise<boolean> {
    if (told.size === 0) return false;
    const began = epoch;
    const page = await daemon.feed(seen, PAGE);
    // Whom it was read for has gone, and somebody who stands elsewhere has come.
    if (epoch !== began) return true;
    const isFurther = page.last > seen;
    seen = Math.max(seen, page.last);
    rows.push(...page.rows);
    return isFurther;
  }

  function tellRows(some: readonly FeedRow[]): void {
    for (const row of some) for (const reader of told) reader.tellRow(row);
    head = some.at(-1)?.seq ?? head;
  }

  function join(reader: Reader): boolean {
    if (told.size === 0) {
      [head, seen] = [reader.passed, reader.passed];
      rows.length = 0;
      epoch += 1;
    } else if (reader.passed < head) return false;
    told.add(reader);
    hasGrown = true;
    void tell().catch(fail);
    return true;
  }

  follow().catch(fail).finally(endAll);
  // It ends with its signal.
  look().catch(() => undefined);

  return {
    async subscribe({ want, after, saidOf }, until) {
      const mark = after === null ? null : markOf(after);
      const place = await daemon.feedPlace(mark);
      const { from, gap, resumes } = beginning(after, mark?.seq ?? null, place);
      const reader = new Reader({
        want,
        // Who comes anew is told from here on, also where others have been told more meanwhile.
        after: after === null && told.size > 0 ? Math.max(from, head) : from,
        isLast: after === null,
        gap,
        mark: resumes,
        page: (passed, limit) => daemon.feed(passed, limit),
        join,
        leave: (one) => told.delete(one),
      });
      const leave = () => {
        told.delete(reader);
        readers.delete(reader);
        reader.end();
      };
      if (over || until.aborted) leave();
      else {
        readers.add(reader);
        until.addEventListener('abort', leave, { once: true });
      }
      return { events: reader, said: saidOf === undefined ? '' : saidBy(said, saidOf) };
    },
  };
}

/** After which row a reader begins, and what it is told first where it cannot go on from its mark. */
function beginning(
  after: string | null,
  seq: number | null,
  { head, headAt, first, mark }: FeedPlace,
): { from: number; gap: GapEvent | null; resumes: string | null } {
  const now = markText({ seq: head, at: headAt });
  if (after === null) return { from: head, gap: null, resumes: now };
  if (mark === 'known' && seq !== null) return { from: seq, gap: null, resumes: after };
  if (mark === 'gone') {
    const reason =
      'what came after the event it names is not kept any more: this begins with the oldest that is';
    return { from: first - 1, gap: { type: 'gap', reason }, resumes: null };
  }
  const reason = 'the event it names is none of this database: this begins now';
  return { from: head, gap: { type: 'gap', reason }, resumes: now };
}

function runningOf({ at, thought, rule }: Extract<LiveEvent, { type: 'sent' }>): LiveEvent {
  return { type: 'state', at, thought, rule, subject: '', state: 'running', reason: '' };
}

/** Whether a row is what a live event told. */
function isSame(row: LiveEvent, event: LiveEvent): boolean {
  switch (row.type) {
    case 'perceived':
    case 'happened':
      return row.type === event.type && row.seq === event.seq;
    case 'state':
      return row.type === event.type && row.thought === event.thought && row.state === event.state;
    case 'output':
      return (
        row.type === event.type &&
        row.thought === event.thought &&
        row.target === event.target &&
        row.state === event.state
      );
    default:
      return false;
  }
}

/** Whether the feed has it. */
function isRow({ type }: LiveEvent): boolean {
  return type === 'perceived' || type === 'happened' || type === 'state' || type === 'output';
}

function remember(said: Map<string, string>, event: LiveEvent | undefined): void {
  if (event?.type === 'sent') said.set(event.thought, '');
  else if (event?.type === 'token' && !event.reasoning) {
    const text = said.get(event.thought) ?? '';
    if (text.length < SAID_LIMIT) said.set(event.thought, text + event.text);
  } else if (event?.type === 'state' && event.state !== 'running') said.delete(event.thought);
}

function saidBy(said: ReadonlyMap<string, string>, idPrefix: string): string {
  for (const [thought, text] of said) if (thought.startsWith(idPrefix)) return text;
  return '';
}
