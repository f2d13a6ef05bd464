import { constants, type Stats } from 'node:fs';
import { link, mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import { systemCode } from '../base/errors.ts';
import { toFs } from '../base/path-text.ts';

/** Creates a folder and its parents durably: each new name is in its parent's directory on disk. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(toFs(folder), { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = parentOf(made))
    await syncFolder(parentOf(made));
}

/**
 * Writes a file durably and tells how it looks. A leftover of the same name from before a crash is written over,
 * never removed first: that a temporary file is gone must mean that it took its place.
 */
export async function writeTemporary(temporary: string, content: Uint8Array, mode: number): Promise<Stats> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW;
  const file = await open(toFs(temporary), flags, mode);
  try {
    await file.writeFile(content);
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
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
  await remove(temporary);
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
