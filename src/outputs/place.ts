import { constants, type Stats } from 'node:fs';
import { link, mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import { systemCode } from '../base/errors.ts';
import { toFs } from '../base/path-text.ts';

/** Permission bits of new files: the user's umask takes away what it must. */
const NEW_FILE_MODE = 0o666;

/** Creates a folder and its parents durably: each new name is in its parent's directory on disk. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(toFs(folder), { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = parentOf(made))
    await syncFolder(parentOf(made));
}

/**
 * Writes a file durably and tells how it looks. A leftover of the same name from before a crash is written over,
 * never removed first: that a temporary file is gone must mean that it took its place. `mode` is that of the file
 * it will replace; null = a new one.
 */
export async function writeTemporary(
  temporary: string,
  content: Uint8Array,
  mode: number | null,
): Promise<Stats> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const file = await open(toFs(temporary), flags, mode ?? NEW_FILE_MODE);
  try {
    await file.writeFile(content);
    if (mode !== null) await file.chmod(mode);
    await file.sync();
    return await file.stat();
  } finally {
    await file.close();
  }
}

/** Puts a temporary file in its place over whatever stands there; atomic. */
export async function replace(temporary: string, target: string): Promise<void> {
  await rename(toFs(temporary), toFs(target));
}

/** Gives a temporary file its name only if that name is free; false where it is taken. */
export async function create(temporary: string, target: string): Promise<boolean> {
  try {
    await link(toFs(temporary), toFs(target));
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'EEXIST') return false;
    if (NO_HARD_LINKS.has(code)) return createByRename(temporary, target);
    throw error;
  }
  await remove(temporary);
  return true;
}

/** What file systems without hard links (exFAT, many FUSE and network ones) answer. */
const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Claims the name with an empty file that only we can have made, and puts ours over it. */
async function createByRename(temporary: string, target: string): Promise<boolean> {
  try {
    await (await open(toFs(target), 'wx')).close();
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
  await replace(temporary, target);
  return true;
}

/** The inode number behind a name; null where there is none. */
export async function inodeOf(path: string): Promise<number | null> {
  try {
    return (await stat(toFs(path))).ino;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const directory = await open(toFs(folder), constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

export async function remove(path: string): Promise<void> {
  try {
    await unlink(toFs(path));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
