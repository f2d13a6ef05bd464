import path from 'node:path';
import { fromFs } from '../base/path-text.ts';

export type UserPath = { ok: true; path: string } | { ok: false; message: string };

/** What a person may write for a folder. */
export const USER_PATH = 'an absolute path, or one that begins with ~/';

/** A path as a person wrote it, as absolute path text: `~` resolved, `.` and `..` and doubled slashes gone. */
export function resolveUserPath(text: string, homedir: string): UserPath {
  if (text.includes('\0')) return { ok: false, message: 'a NUL character in a path' };
  const expanded = text === '~' || text.startsWith('~/') ? homedir + text.slice(1) : text;
  if (expanded.startsWith('~')) return { ok: false, message: "another user's home folder" };
  if (!expanded.startsWith('/')) return { ok: false, message: 'a relative path' };
  return { ok: true, path: withoutSlash(fromFs(path.posix.normalize(expanded))) };
}

/** Whether one absolute path text is the other, or lies beneath it. */
export function isWithin(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer === '/' ? '/' : `${outer}/`);
}

function withoutSlash(text: string): string {
  return text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text;
}
