import type { Clock } from '../../base/clock.ts';
import { meetLog, resumeLog } from './begin.ts';
import { type FileId, isSameFile, type LogCursor, parseLogCursor } from './cursor.ts';
import { lookAtLog, type OpenLog } from './disk.ts';
import { happeningOf } from './happening.ts';
import { createLogPatterns } from './patterns.ts';
import { cursorName, type Follower, type LogFacts, type LogPercept, type LogRule } from './port.ts';
import { createReading, type Gathered, type Reading } from './reading.ts';
import { createSegment, type Segment } from './segment.ts';
import { findCopy, nextFile } from './succession.ts';

export interface FollowerOptions {
  on: LogRule;
  clock: Clock;
  /** Its cursor as it was journaled last; null where it has none. */
  cursor: string | null;
  /** Milliseconds in which a renamed file must be quiet before the next one is begun. Default: 2000. */
  lingerMs?: number;
  /** Milliseconds between looks that find nothing. Default: 1000. */
  lookMs?: number;
}

/** Longest gathering (ms), where the rule's quiet is not longer. */
const LONGEST_BURST = 30_000;
/** A line without an end is waited for so long (ms). */
const LINE_WAITS = 10_000;
/** A cursor alone is stored at most so often (ms): only what nobody wanted would be read again. */
const STORED_EVERY = 5000;
/** A file that was deleted is let go after so long (ms) without a change. */
const DELETED_AFTER = 10_000;
/** Reads on from its cursor, or from where the log is when it is met first. */
export function createFollower(options: FollowerOptions): Follower {
  const { on, clock, lingerMs = 2000, lookMs = 1000 } = options;
  const patterns = createLogPatterns(on);
  let isMet = false;
  let known: FileId[] = [];
  let begun = 0;
  let segment: Segment | null = null;
  let reading: Reading | null = null;
  let isCopy = false;
  /** Hashes of the bytes before places that the cursor may come to. */
  let marks = new Map<number, string>();
  let grewAt = 0;
  let leftAt: number | null = null;
  let storedAt = Number.NEGATIVE_INFINITY;
  let stored: string | null = null;
  let unaccepted: LogPercept | null = null;
  let state: LogFacts['state'] = 'absent';
  let detail = '';
  let lost = '';

  async function begin(
    file: OpenLog,
    offset: number,
    place?: { begun: number; head?: Buffer },
  ): Promise<void> {
    begun = place?.begun ?? Math.max(clock.now(), begun + 1);
    segment = await createSegment(file, { offset, begun, ...(place ? { head: place.head } : {}) });
    reading = createReading(offset, {
      patterns,
      multiline: on.begins !== null,
      most: on.most,
      wall: () => clock.now(),
    });
    isCopy = false;
    marks = new Map([[offset, segment.tailAt(offset)]]);
    grewAt = clock.monotonic();
    leftAt = null;
    state = 'following';
  }

  async function leave(): Promise<void> {
    await segment?.handle.close();
    segment = null;
    reading = null;
  }

  /** Whether it was met before, or is now. */
  async function meet(): Promise<boolean> {
    const cursor = parseLogCursor(options.cursor);
    const start = cursor ? await resumeLog(on.path, cursor) : await meetLog(on.path);
    if ('blocked' in start) return blocked(start.blocked);
    if (cursor) stored = options.cursor;
    known = start.known;
    begun = cursor?.begun ?? 0;
    if (start.isLost) lost = 'the file that was read last is gone, with what came after in it';
    if (start.file) await begin(start.file, start.offset, cursor ? { begun, head: start.head } : undefined);
    isCopy = start.isCopy;
    return true;
  }

  function blocked(why: string): false {
    state = 'blocked';
    detail = why;
    return false;
  }

  /** A file of which nothing was read may have been copied and cut since it was begun: nothing else tells. */
  async function isOvertaken(current: Segment): Promise<boolean> {
    if (current.offset > 0 || isCopy || !(await isAtPath(current.id))) return false;
    const { next } = await nextFile(on.path, known, null);
    await next?.handle.close();
    return next !== null && !isSameFile(next.id, current.id);
  }

  async function isAtPath(id: FileId): Promise<boolean> {
    const there = await lookAtLog(on.path);
    return there.kind === 'file' && isSameFile(there.id, id);
  }

  /** Reads a piece. Returns whether to look again at once, and whether the burst is over. */
  async function read(current: Segment, into: Reading): Promise<{ more: boolean; over: boolean }> {
    const now = clock.monotonic();
    const ahead = await current.look();
    switch (ahead.kind) {
      case 'bytes':
        if (await isOvertaken(current)) return goOn(current, into, null);
        current.advance(ahead.bytes);
        into.push(ahead.bytes, now);
        mark(current, into);
        grewAt = now;
        return { more: true, over: false };
      case 'cut': {
        const place = { offset: current.offset, tail: current.tailAt(current.offset), head: current.head };
        const found = await findCopy(on.path, known, place);
        known = found.known;
        if (found.copy) {
          // The same bytes up to here: lines and records go on in it.
          await current.handle.close();
          segment = await createSegment(found.copy, { ...place, begun: current.begun });
          isCopy = true;
          return { more: true, over: false };
        }
        return goOn(current, into, null);
      }
      case 'end':
        return ended(current, into, now);
      default:
        return ahead satisfies never;
    }
  }

  async function ended(
    current: Segment,
    into: Reading,
    now: number,
  ): Promise<{ more: boolean; over: boolean }> {
    if (into.waits.line && now - grewAt >= LINE_WAITS) into.flush('line', now);
    else if (into.waits.record && now - grewAt >= on.gatherMs) into.flush('record', now);
    mark(current, into);
    const there = await lookAtLog(on.path);
    const isThere = there.kind === 'file' && isSameFile(there.id, current.id);
    detail = there.kind === 'blocked' ? there.why : there.kind === 'absent' ? 'the file is not there' : '';
    state = there.kind === 'file' ? 'following' : there.kind;
    if (isThere || there.kind === 'blocked') {
      leftAt = null;
      if (await isOvertaken(current)) return goOn(current, into, null);
      return { more: false, over: false };
    }
    // Whoever writes may go on in a renamed file for a moment.
    leftAt ??= now;
    const quiet = Math.max(now - Math.max(grewAt, leftAt), clock.now() - current.changedAt);
    const isOver = isCopy || quiet >= lingerMs;
    if (isOver && (await hasNext(current))) return goOn(current, into, current);
    if (current.isDeleted && now - Math.max(grewAt, leftAt) >= DELETED_AFTER)
      return goOn(current, into, current);
    return { more: false, over: false };
  }

  async function hasNext(current: Segment): Promise<boolean> {
    const { next } = await nextFile(on.path, known, current);
    await next?.handle.close();
    // An empty one may not be written to yet, while the renamed one still is.
    return next !== null && (next.size > 0 || isCopy);
  }

  /** The file has ended. What was read of it is told first; then comes the next. `left`: it is another file than the one at the path. */
  async function goOn(
    current: Segment,
    into: Reading,
    left: Segment | null,
  ): Promise<{ more: boolean; over: boolean }> {
    into.flush('line', clock.monotonic());
    mark(current, into);
    if (into.burst) return { more: true, over: true };
    const found = await nextFile(on.path, known, left);
    known = left ? [...found.known, left.id] : found.known;
    await leave();
    if (found.next) await begin(found.next, 0);
    storedAt = Number.NEGATIVE_INFINITY;
    return { more: found.next !== null, over: false };
  }

  /** What a path without a file has now. */
  async function appear(): Promise<void> {
    const found = await nextFile(on.path, known, null);
    known = found.known;
    if (found.next) {
      await begin(found.next, 0);
      storedAt = Number.NEGATIVE_INFINITY;
      return;
    }
    const there = await lookAtLog(on.path);
    state = there.kind === 'blocked' ? 'blocked' : 'absent';
    detail = there.kind === 'blocked' ? there.why : 'the file is not there yet';
  }

  function mark(current: Segment, into: Reading): void {
    const places = new Map<number, string>();
    for (const place of into.places) places.set(place, marks.get(place) ?? current.tailAt(place));
    marks = places;
  }

  function perceptOf(gathered: Gathered | null): LogPercept {
    const offset = reading?.handled ?? 0;
    const cursor: LogCursor = {
      file: segment?.id ?? null,
      offset,
      head: segment?.head.toString('base64') ?? '',
      tail: marks.get(offset) ?? '',
      begun,
      known,
    };
    return {
      happening: gathered === null ? null : happeningOf(on, gathered, begun),
      cursor: { name: cursorName(on), value: JSON.stringify(cursor) },
    };
  }

  function overIn({ since, last }: Gathered): number {
    const end = Math.min(last + on.gatherMs, since + Math.max(LONGEST_BURST, on.gatherMs));
    return end - clock.monotonic();
  }

  /** What is to be made durable now; null = nothing yet. `over`: the burst has ended with its file. */
  function percept(over: boolean): LogPercept | null {
    const gathered = reading?.burst ?? null;
    if (gathered) return over || overIn(gathered) <= 0 ? perceptOf(gathered) : null;
    const now = clock.monotonic();
    if (now - storedAt < STORED_EVERY) return null;
    storedAt = now;
    const alone = perceptOf(null);
    return alone.cursor.value === stored ? null : alone;
  }

  return {
    async look() {
      isMet ||= await meet();
      if (!isMet) return { percept: null, again: lookMs };
      if (segment === null) await appear();
      const { more, over } = segment && reading ? await read(segment, reading) : { more: false, over: false };
      unaccepted = percept(over);
      if (more || unaccepted) return { percept: unaccepted, again: 0 };
      const gathered = reading?.burst ?? null;
      return { percept: null, again: gathered ? Math.min(lookMs, overIn(gathered)) : lookMs };
    },
    accepted() {
      if (unaccepted === null) return;
      if (unaccepted.happening) reading?.take();
      stored = unaccepted.cursor.value;
      storedAt = clock.monotonic();
      unaccepted = null;
    },
    facts() {
      const slow = patterns.slow();
      const parts = [
        detail,
        lost,
        slow === null ? '' : `too slow: ${slow}; what it cannot tell counts as matched`,
      ];
      return {
        rule: on.rule,
        path: on.path,
        state,
        detail: parts.filter((part) => part !== '').join('; '),
        behind: segment === null ? 0 : Math.max(0, segment.size - segment.offset),
      };
    },
    close: leave,
  };
}
