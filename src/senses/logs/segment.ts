import type { FileHandle } from 'node:fs/promises';
import type { FileId } from './cursor.ts';
import { bytesAt, type OpenLog } from './disk.ts';
import { HEAD, TAIL, tailHash } from './fingerprint.ts';

/** One file of a log, being read from its beginning, or from where it was left, to its end. */
export interface Segment {
  readonly handle: FileHandle;
  readonly id: FileId;
  /** When it was begun (epoch ms); another one for every file, also where a file was cut. */
  readonly begun: number;
  /** Where the bytes begin that were not read yet. */
  readonly offset: number;
  readonly size: number;
  /** When it was written to or renamed last (epoch ms), as the file system has it. */
  readonly changedAt: number;
  /** Nobody has a name for it any more. */
  readonly isDeleted: boolean;
  /** First bytes of it, as far as it was read. */
  readonly head: Buffer;
  /** Looks at what comes next, without moving on. `cut`: it is not what it was before this place. */
  look(): Promise<Ahead>;
  /** Moves on by what was seen. */
  advance(seen: Buffer): void;
  /** Hash of the bytes before a place that was within what was read last. */
  tailAt(offset: number): string;
}

export type Ahead = { kind: 'bytes'; bytes: Buffer } | { kind: 'end' } | { kind: 'cut' };

/** Bytes read at a time: regular expressions are tried on so much without the loop having a turn. */
const PIECE = 128 * 1024;

/** From a place on; the bytes before it are what is compared later on. */
export async function createSegment(
  file: OpenLog,
  place: { offset: number; begun: number; head?: Buffer },
): Promise<Segment> {
  const { handle, id } = file;
  const { begun } = place;
  let { offset } = place;
  let { size } = file;
  let changedAt = Number.POSITIVE_INFINITY;
  let compared = -1;
  let isDeleted = false;
  let head = place.head ?? (await bytesAt(handle, 0, Math.min(HEAD, offset)));
  let windowFrom = Math.max(0, offset - TAIL);
  let window = await bytesAt(handle, windowFrom, offset - windowFrom);
  const tail = () => window.subarray(Math.max(0, offset - TAIL - windowFrom));

  return {
    handle,
    id,
    begun,
    get offset() {
      return offset;
    },
    get size() {
      return size;
    },
    get changedAt() {
      return changedAt;
    },
    get isDeleted() {
      return isDeleted;
    },
    get head() {
      return head;
    },
    async look() {
      const stats = await handle.stat();
      size = stats.size;
      changedAt = stats.ctimeMs;
      isDeleted = stats.nlink === 0;
      if (size < offset) return { kind: 'cut' };
      // Nothing was written since it was compared last.
      if (size === offset && stats.ctimeMs === compared) return { kind: 'end' };
      const before = tail();
      const bytes = await bytesAt(
        handle,
        offset - before.length,
        before.length + Math.min(PIECE, size - offset),
      );
      // In one read with the new bytes, so that nothing comes between.
      if (!bytes.subarray(0, before.length).equals(before)) return { kind: 'cut' };
      if (bytes.length > before.length) return { kind: 'bytes', bytes: bytes.subarray(before.length) };
      compared = stats.ctimeMs;
      return { kind: 'end' };
    },
    advance(seen) {
      const before = Buffer.from(tail());
      window = Buffer.concat([before, seen]);
      windowFrom = offset - before.length;
      if (head.length < HEAD) head = Buffer.concat([head, seen.subarray(0, HEAD - head.length)]);
      offset += seen.length;
    },
    tailAt(at) {
      const from = Math.max(0, at - TAIL);
      return tailHash(window.subarray(from - windowFrom, at - windowFrom));
    },
  };
}
