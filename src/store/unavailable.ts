import { statfsSync } from 'node:fs';
import { CodedError, EXIT, messageOf, systemCode } from '../base/errors.ts';

/** SQLITE_FULL, SQLITE_IOERR: a full disk shows as either, by what SQLite was about to do. */
const NO_ROOM = new Set([13, 10]);

/** SQLITE_CANTOPEN says no more than that: also of a disk that has no inode left for another file. */
const CANNOT_OPEN = 14;

/** The same, said by the file system. */
const NO_ROOM_CODES = new Set(['ENOSPC', 'EDQUOT', 'EIO']);

/** What is said while the disk does not take changes: trying again helps once there is room. */
export function unavailable(what: string, error: unknown): CodedError {
  return new CodedError('store-unavailable', `${what}: ${messageOf(error)}`, {
    next: 'make room on its disk or make it writable; the daemon goes on by itself',
    retryable: true,
    exitCode: EXIT.unavailable,
    cause: error,
  });
}

/** Whether nothing but the disk is the trouble, on which `folder` is: it is full, over its quota, or fails just now. */
export function isNoRoom(error: unknown, folder: string): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if (!('errcode' in error) || typeof error.errcode !== 'number')
    return NO_ROOM_CODES.has(systemCode(error) ?? '');
  const code = error.errcode & 0xff;
  return NO_ROOM.has(code) || (code === CANNOT_OPEN && isFull(folder));
}

function isFull(folder: string): boolean {
  try {
    const { bavail, files, ffree } = statfsSync(folder);
    // File systems that make inodes as they need them tell of none.
    return bavail === 0 || (files > 0 && ffree === 0);
  } catch {
    return false;
  }
}
