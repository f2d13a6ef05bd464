import { type Burst, createBurst } from './burst.ts';
import { createLineSplitter, type Line, type LineSplitter } from './lines.ts';
import type { LogPatterns } from './patterns.ts';
import { createRecordGrouper, type LogRecord, type RecordGrouper } from './records.ts';

/** What bytes of a log become: lines, records, and a burst of those that the rule wants. Times are monotonic ms. */
export interface Reading {
  push(bytes: Buffer, now: number): void;
  /** Takes what waits for more as it is: the open record, and with `line` the line without an end too. */
  flush(what: 'record' | 'line', now: number): void;
  /** Everything before this place is in the burst, was taken from it, or is not wanted. */
  readonly handled: number;
  /** Places that `handled` may be without anything more being read. */
  readonly places: readonly number[];
  /** A record is open, or the beginning of a line is there. */
  readonly waits: { record: boolean; line: boolean };
  /** The burst that is being gathered; null while there is none. */
  readonly burst: Gathered | null;
  /** Ends the burst; the next record begins another. */
  take(): void;
}

export interface Gathered {
  burst: Burst;
  /** When its first and its last record came (monotonic ms). */
  since: number;
  last: number;
  /** Wall clock (epoch ms) of its first record. */
  at: number;
  /** Records in it of which an expression was too slow to tell. */
  undecided: number;
}

export interface ReadingOptions {
  patterns: LogPatterns;
  multiline: boolean;
  most: number;
  /** Wall clock, epoch ms. */
  wall(): number;
}

/** For the bytes of one file from a place on. */
export function createReading(offset: number, options: ReadingOptions): Reading {
  const { patterns, multiline, most, wall } = options;
  const splitter: LineSplitter = createLineSplitter(offset);
  const grouper: RecordGrouper = createRecordGrouper(multiline);
  let gathered: Gathered | null = null;
  let lineAt = Number.NEGATIVE_INFINITY;

  function take(lines: readonly Line[], now: number): void {
    if (lines.length === 0) return;
    lineAt = now;
    const begins = patterns.begin(lines.map(({ text }) => text));
    gather(
      lines.flatMap((line, index) => grouper.push(line, begins[index] ?? true)),
      now,
    );
  }

  function gather(records: readonly LogRecord[], now: number): void {
    const told = records.filter(({ text }) => text.trim() !== '');
    if (told.length === 0) return;
    const { wanted, undecided } = patterns.match(told.map(({ text }) => text));
    for (const [index, record] of told.entries()) {
      if (!wanted[index]) continue;
      const at = wall();
      gathered ??= { burst: createBurst(most), since: now, last: now, at, undecided: 0 };
      gathered.burst.add(record, at);
      gathered.last = now;
    }
    if (gathered) gathered.undecided += undecided;
  }

  return {
    push: (bytes, now) => take(splitter.push(bytes), now),
    flush(what, now) {
      const line = what === 'line' ? splitter.flush() : null;
      if (line) take([line], now);
      // It came when its last line came.
      const record = grouper.flush();
      if (record) gather([record], Math.min(now, lineAt));
    },
    get handled() {
      return grouper.open ?? splitter.rest;
    },
    get places() {
      return grouper.open === null ? [splitter.rest] : [grouper.open, splitter.rest];
    },
    get waits() {
      return { record: grouper.open !== null, line: splitter.waiting };
    },
    get burst() {
      return gathered;
    },
    take() {
      gathered = null;
    },
  };
}
