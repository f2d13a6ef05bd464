import type { LiveEvent } from './live-event.ts';

/** One row of the feed: what was perceived, or what has changed, with its place in the one order of all of it. */
export interface FeedRow {
  seq: number;
  /** Epoch milliseconds. */
  at: number;
  event: LiveEvent;
}

/** Where somebody has stopped reading. */
export interface FeedMark {
  seq: number;
  /** Of that row, epoch ms: another database, or a restored backup, has other times. */
  at: number;
}

/** The feed as it stands: its last row and the first one that is kept; 0 = there is none. */
export interface FeedPlace {
  head: number;
  /** When the last row came, epoch ms. */
  headAt: number;
  first: number;
  /** What a mark is: a row of this feed, older than what is kept, or of no feed of this database. */
  mark: 'known' | 'gone' | 'foreign' | null;
}

/** What a client resumes from: the mark as a text. */
export function markText({ seq, at }: FeedMark): string {
  return `${seq}-${at}`;
}

/** The mark of a text; null where it is none. */
export function markOf(text: string): FeedMark | null {
  const [, seq, at] = /^(\d{1,15})-(\d{1,15})$/.exec(text) ?? [];
  return seq === undefined ? null : { seq: Number(seq), at: Number(at) };
}
