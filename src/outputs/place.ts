import { constants, type Stats } from 'node:fs';
import type { Disk } from '../base/disk.ts';
import { CodedError, systemCode } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import { toFs } from '../base/path-text.ts';

/** Permission bits of new files: the user's umask takes away what it must. */
const NEW_FILE_MODE = 0o666;

/**
 * Writes a file durably and tells how it looks. A leftover of the same name from before a crash is written over,
 * never removed first: that a temporary file is gone must mean that it took its place. `mode` is that of the file
 * it will replace; null = a new one.
 */
export async function writeTemporary(
  disk: Disk,
  temporary: string,
  content: Uint8Array,
  mode: number | null,
): Promise<Stats> {
  const file = await openTemporary(disk, temporary, mode ?? NEW_FILE_MODE);
  try {
    await disk.write(file, content);
    failpoint('temporary:written');
    if (mode !== null) await disk.chmod(file, mode);
    await disk.sync(file);
    failpoint('temporary:synced');
    return await disk.fstat(file);
  } finally {
    await disk.close(file);
  }
}

/** Opens a temporary file, empty. Throws `output-held` where it is another file's name, too: that would be emptied. */
export async function openTemporary(disk: Disk, temporary: string, mode: number): Promise<number> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await disk.open(toFs(temporary), flags, mode);
  try {
    failpoint('temporary:opened');
    const { size, nlink } = await disk.fstat(file);
    if (nlink > 1) {
      throw new CodedError('output-held', `${temporary} is a second name of another file`, {
        value: temporary,
        next: 'remove it: nobody but this program makes files of such names',
        retryable: true,
      });
    }
    if (size > 0) await disk.truncate(file);
    return file;
  } catch (error) {
    await disk.close(file);
    throw error;
  }
}

/** Puts a temporary file in its place over whatever stands there; atomic. */
export async function replace(disk: Disk, temporary: string, target: string): Promise<void> {
  failpoint('rename:before');
  await disk.rename(toFs(temporary), toFs(target));
  failpoint('rename:after');
}

/** Gives a temporary file its name only if that name is free; false where it is taken. */
export async function create(disk: Disk, temporary: string, target: string): Promise<boolean> {
  try {
    failpoint('link:before');
    await disk.link(toFs(temporary), toFs(target));
    failpoint('link:after');
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'EEXIST') return false;
    if (NO_HARD_LINKS.has(code)) return createByRename(disk, temporary, target);
    throw error;
  }
  await remove(disk, temporary);
  failpoint('link:alone');
  return true;
}

/** What file systems without hard links (exFAT, many FUSE and network ones) answer. */
export const NO_HARD_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Claims the name with an empty file that only we can have made, and puts ours over it. */
async function createByRename(disk: Disk, temporary: string, target: string): Promise<boolean> {
  if (!(await claim(disk, target))) return false;
  await replace(disk, temporary, target);
  return true;
}

/** Makes an empty file of that name; false where it is taken. */
export async function claim(disk: Disk, target: string): Promise<boolean> {
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;
    await disk.close(await disk.open(toFs(target), flags, NEW_FILE_MODE));
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** The inode number behind a name; null where there is none. */
export async function inodeOf(disk: Disk, path: string): Promise<number | null> {
  return (await disk.lstat(toFs(path)))?.ino ?? null;
}

/** Makes the names in an open folder durable. */
export async function syncOpen(disk: Disk, folder: number): Promise<void> {
  failpoint('folder-sync:before');
  await disk.sync(folder);
  failpoint('folder-sync:after');
}

export async function remove(disk: Disk, path: string): Promise<void> {
  try {
    await disk.unlink(toFs(path));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}
