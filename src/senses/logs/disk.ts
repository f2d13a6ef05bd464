import * as fs from 'node:fs';
import { type FileHandle, lstat, open, readdir, realpath, stat } from 'node:fs/promises';
import { systemCode } from '../../base/errors.ts';
import { fromFs, toFs } from '../../base/path-text.ts';
import { type FileId, idOf } from './cursor.ts';
import { byAge, type RotatedFile, rotatedNames } from './rotated-names.ts';

/** A log or a rotated file of it, open for reading: renaming it takes nothing away. */
export interface OpenLog {
  handle: FileHandle;
  id: FileId;
  size: number;
}

/** What is at a log's path. `blocked`: it may be there and cannot be read. */
export type AtPath =
  | { kind: 'file'; id: FileId; size: number }
  | { kind: 'absent' }
  | { kind: 'blocked'; why: string };

/** A rotated file beside a log. */
export interface Sibling extends RotatedFile {
  path: string;
  id: FileId;
  size: number;
}

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = fs.constants;

/** Looks at a path (path text); a link is followed, as logs often are links to the newest file. */
export async function lookAtLog(path: string): Promise<AtPath> {
  try {
    const stats = await stat(toFs(path));
    if (!stats.isFile()) return { kind: 'blocked', why: 'is not an ordinary file' };
    return { kind: 'file', id: idOf(stats), size: stats.size };
  } catch (error) {
    const code = systemCode(error);
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'absent' };
    return { kind: 'blocked', why: code === 'EACCES' ? 'may not be read' : `cannot be read (${code})` };
  }
}

/** Opens an ordinary file; null where there is none, or another thing by now. Never waits for a pipe's other end. */
export async function openLog(path: string, links: 'follow' | 'refuse' = 'refuse'): Promise<OpenLog | null> {
  let handle: FileHandle;
  try {
    handle = await open(toFs(path), O_RDONLY | O_NONBLOCK | (links === 'refuse' ? O_NOFOLLOW : 0));
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return null;
  }
  const stats = await handle.stat();
  if (stats.isFile()) return { handle, id: idOf(stats), size: stats.size };
  await handle.close();
  return null;
}

/** Up to so many bytes from a place on; fewer where the file ends before. */
export async function bytesAt(handle: FileHandle, from: number, most: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(most);
  let got = 0;
  while (got < most) {
    const { bytesRead } = await handle.read(buffer, got, most - got, from + got);
    if (bytesRead === 0) break;
    got += bytesRead;
  }
  return buffer.subarray(0, got);
}

/** The rotated files of a log, oldest first: beside its path, and beside the file that a link there points to. */
export async function siblingsOf(path: string): Promise<Sibling[]> {
  const found = await siblingsBeside(path, false);
  const real = await realPath(path);
  if (real !== null && real !== path) {
    for (const each of await siblingsBeside(real, true))
      if (!found.some(({ path: other }) => other === each.path)) found.push(each);
  }
  return found.sort(byAge);
}

async function siblingsBeside(path: string, dated: boolean): Promise<Sibling[]> {
  const at = path.lastIndexOf('/');
  const folder = path.slice(0, at) || '/';
  const isRotated = rotatedNames(path.slice(at + 1), dated);
  const found: Sibling[] = [];
  for (const bytes of await namesIn(folder)) {
    const name = fromFs(bytes);
    if (!isRotated(name)) continue;
    const sibling = `${folder === '/' ? '' : folder}/${name}`;
    const stats = await lstat(toFs(sibling)).catch(nothing);
    if (!stats?.isFile()) continue;
    const id = idOf(stats);
    found.push({ path: sibling, name, id, birth: id.birth, mtime: stats.mtimeMs, size: stats.size });
  }
  return found;
}

async function namesIn(folder: string): Promise<Buffer[]> {
  return (await readdir(toFs(folder), { encoding: 'buffer' }).catch(nothing)) ?? [];
}

async function realPath(path: string): Promise<string | null> {
  const real = await realpath(toFs(path), { encoding: 'buffer' }).catch(nothing);
  return real ? fromFs(real) : null;
}

/** What is gone or unreadable is not there. */
function nothing(error: unknown): null {
  if (systemCode(error) === undefined) throw error;
  return null;
}
