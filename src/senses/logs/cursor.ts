import type { Stats } from 'node:fs';
import * as z from 'zod';
import { cursorValue } from '../../contract/cursor.ts';

/** What a file is, besides its name. */
export interface FileId {
  dev: number;
  ino: number;
  /** Epoch ms; 0 where the file system keeps none. */
  birth: number;
}

/** How far a log was told. Everything before it is in a happening, or did not match. */
export interface LogCursor {
  /** The file that was read last; null where there was none yet. */
  file: FileId | null;
  offset: number;
  /** The file's first bytes up to the offset, as base64: to know copies of it by. */
  head: string;
  /** Hash of the bytes before the offset: a file that was cut and grew again has others there. */
  tail: string;
  /** When the file was begun (epoch ms), never the same twice: a file that was cut has the same places again. */
  begun: number;
  /** Rotated files beside it of which nothing is to be read any more. */
  known: FileId[];
}

/** More rotated files than this are not kept beside one log: those that are older than all of these are known. */
export const MOST_KNOWN = 200;

const fileId = z.object({ dev: z.number(), ino: z.number(), birth: z.number() });
const shape = z.object({
  file: fileId.nullable(),
  offset: z.int().min(0),
  head: z.string(),
  tail: z.string(),
  begun: z.number(),
  known: z.array(fileId),
});

/** A cursor as it was stored; null where it cannot be read: the log is met anew then. */
export function parseLogCursor(value: string | null): LogCursor | null {
  return cursorValue(shape, value);
}

export function idOf(stats: Stats): FileId {
  return { dev: stats.dev, ino: stats.ino, birth: stats.birthtimeMs };
}

/** A restart may number devices anew, so they only count where there are no birth times. */
export function isSameFile(a: FileId, b: FileId): boolean {
  return a.ino === b.ino && a.birth === b.birth && (a.birth > 0 || a.dev === b.dev);
}

/** Whether a rotated file was dealt with already. */
export function isKnown(known: readonly FileId[], file: FileId): boolean {
  if (known.some((each) => isSameFile(each, file))) return true;
  if (known.length < MOST_KNOWN) return false;
  return file.birth > 0 && known.every((each) => each.birth > file.birth);
}

/** Those that are still there: the newest of them, and those of which nobody can tell how old they are. */
export function stillKnown(known: readonly FileId[], there: readonly FileId[]): FileId[] {
  const left = known.filter((each) => there.some((other) => isSameFile(each, other)));
  return left.sort((a, b) => b.birth - a.birth).filter(({ birth }, at) => at < MOST_KNOWN || birth === 0);
}
