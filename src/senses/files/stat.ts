import { lstatSync, type Stats } from 'node:fs';
import { systemCode } from '../../base/errors.ts';
import type { FileStat } from '../../contract/event.ts';

/** What is at a path now. `other`: a link, pipe, socket or device, never followed or opened. */
export type Look =
  | { kind: 'file' | 'directory' | 'other'; stats: Stats }
  | { kind: 'absent' }
  /** It could not be looked at (`EACCES`, `EIO`, …): that says nothing about whether it is there. */
  | { kind: 'blocked'; code: string };

const ABSENT: Look = { kind: 'absent' };

/** Looks at a path as `node:fs` calls it, without following a link. Synchronous: a third of the cost. */
export function lookAt(path: string | Buffer): Look {
  try {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return ABSENT;
    const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
    return { kind, stats };
  } catch (error) {
    const code = systemCode(error) ?? 'EIO';
    return code === 'ENOENT' || code === 'ENOTDIR' ? ABSENT : { kind: 'blocked', code };
  }
}

/** Numbers that columns of stats keep of a file: dev, ino, birth, size, mtime, ctime. */
export const FIELDS = 6;

/** Writes them for the file number `at`: {@link fileStat} without an object, as a scan looks at every file. */
export function writeStat(columns: Float64Array, at: number, stats: Stats): void {
  const field = at * FIELDS;
  columns[field] = stats.dev;
  columns[field + 1] = stats.ino;
  columns[field + 2] = stats.birthtimeMs;
  columns[field + 3] = stats.size;
  columns[field + 4] = stats.mtimeMs;
  columns[field + 5] = stats.ctimeMs;
}

export function fileStat(stats: Stats): FileStat {
  return {
    dev: stats.dev,
    ino: stats.ino,
    birth: stats.birthtimeMs,
    size: stats.size,
    mtime: stats.mtimeMs,
    ctime: stats.ctimeMs,
  };
}
