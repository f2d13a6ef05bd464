import { type FileId, type LogCursor, stillKnown } from './cursor.ts';
import { bytesAt, lookAtLog, type OpenLog, openLog, siblingsOf } from './disk.ts';
import { holdsPlace } from './fingerprint.ts';
import { findCopy, findFile } from './succession.ts';

/** Where a log is read from. */
export interface Start {
  /** Null where there is none yet. */
  file: OpenLog | null;
  offset: number;
  head: Buffer;
  known: FileId[];
  /** It is a copy that was made of a file before that was cut. */
  isCopy: boolean;
  /** The file that was read last is gone. */
  isLost: boolean;
}

/** The last line of a log that is met is searched for in so many bytes. */
const LAST_LINE = 65_536;

/** A log that is met first is read from its end, and one that is to come from its beginning. */
export async function meetLog(path: string): Promise<Start | { blocked: string }> {
  const there = await lookAtLog(path);
  if (there.kind === 'blocked') return { blocked: there.why };
  const file = there.kind === 'file' ? await openLog(path, 'follow') : null;
  const siblings = (await siblingsOf(path)).map(({ id }) => id);
  const known = stillKnown(siblings, siblings);
  return { ...NOTHING, file, offset: file ? await endOf(file) : 0, known };
}

/** Where a cursor says: in the file at the path, in one that was renamed, or in a copy of one that was cut. */
export async function resumeLog(path: string, cursor: LogCursor): Promise<Start> {
  const { offset, tail } = cursor;
  if (cursor.file === null) return { ...NOTHING, known: cursor.known };
  const head = Buffer.from(cursor.head, 'base64');
  const file = await findFile(path, cursor.file);
  if (file && (await holdsPlace(file.handle, offset, tail)))
    return { ...NOTHING, file, offset, head, known: cursor.known };
  await file?.handle.close();
  const { copy, known } = await findCopy(path, cursor.known, { offset, tail, head });
  if (copy) return { ...NOTHING, file: copy, offset, head, known, isCopy: true };
  return { ...NOTHING, known, isLost: file === null };
}

const NOTHING: Start = {
  file: null,
  offset: 0,
  head: Buffer.alloc(0),
  known: [],
  isCopy: false,
  isLost: false,
};

/** Where the last line begins: only what comes is new, and that may be the rest of a line. */
async function endOf({ handle, size }: OpenLog): Promise<number> {
  const from = Math.max(0, size - LAST_LINE);
  const bytes = await bytesAt(handle, from, size - from);
  const end = bytes.lastIndexOf('\n');
  return end === -1 && from > 0 ? size : from + end + 1;
}
