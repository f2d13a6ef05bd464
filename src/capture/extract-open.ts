import { constants, type Stats } from 'node:fs';
import type { Disk } from '../base/disk.ts';
import { CodedError, systemCode } from '../base/errors.ts';
import { fromFs, toFs } from '../base/path-text.ts';
import type { Extraction } from './extraction.ts';

/** `O_NONBLOCK`, because a FIFO put in place since the `lstat` would block the open. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

export type Opened = { kind: 'open'; file: number; size: number } | Exclude<Extraction, { kind: 'text' }>;

/**
 * Opens a regular file whose real path is inside the root's real path, both path text; the caller closes
 * the file. FIFOs and devices are never opened. Checked after opening, as a directory on the way may be
 * swapped for a link at any time and `O_NOFOLLOW` guards the last name only.
 */
export async function openInside(disk: Disk, path: string, root: string): Promise<Opened> {
  let stats: Stats | null = null;
  let file: number | undefined;
  try {
    stats = await disk.lstat(toFs(path));
    if (stats === null) return { kind: 'changed' };
    const special = notRegular(stats);
    if (special !== null) return { kind: 'unreadable', reason: special };
    file = await disk.open(toFs(path), FLAGS);
    const opened = await disk.fstat(file);
    const refusal = notRegular(opened) ?? (await outside(disk, file, opened, path, root));
    if (refusal === null) return { kind: 'open', file, size: opened.size };
    await disk.close(file);
    return { kind: 'unreadable', reason: refusal };
  } catch (error) {
    if (file !== undefined) await disk.close(file);
    return explain(error, path, stats);
  }
}

function notRegular(stats: Stats): string | null {
  if (stats.isFile()) return null;
  if (stats.isSymbolicLink()) return 'is a symbolic link, and links are not followed';
  if (stats.isDirectory()) return 'is a directory';
  if (stats.isFIFO()) return 'is a named pipe, not a regular file';
  if (stats.isSocket()) return 'is a socket, not a regular file';
  return 'is a device, not a regular file';
}

async function outside(
  disk: Disk,
  file: number,
  opened: Stats,
  path: string,
  root: string,
): Promise<string | null> {
  const real = await realPathOf(disk, file, opened, path);
  if (real === null) return 'was replaced while it was opened';
  // Where no link is on the way, the real path is the one that was asked for, and the root's is part of it.
  if (real.equals(Buffer.from(toFs(path))) && path.startsWith(`${root}/`)) return null;
  if (isBeneath(real, await disk.realpath(toFs(root)))) return null;
  return `is really ${fromFs(real)}, outside the watched folder ${root}`;
}

async function realPathOf(disk: Disk, file: number, opened: Stats, path: string): Promise<Buffer | null> {
  if (process.platform !== 'linux') return realPathByDirectory(disk, opened, path);
  return disk.readlink(`/proc/self/fd/${file}`);
}

/**
 * Real path of an opened file where the system does not tell it by descriptor: its directory's real path
 * and its name, if that still is the file which was opened; else null.
 */
export async function realPathByDirectory(disk: Disk, opened: Stats, path: string): Promise<Buffer | null> {
  const bytes = Buffer.from(toFs(path));
  const slash = bytes.lastIndexOf(0x2f);
  const directory = await disk.realpath(slash === 0 ? '/' : bytes.subarray(0, slash));
  const real = Buffer.concat([directory, bytes.subarray(slash)]);
  const there = await disk.lstat(real);
  return there?.ino === opened.ino && there.dev === opened.dev ? real : null;
}

function isBeneath(path: Buffer, root: Buffer): boolean {
  const prefix = root.at(-1) === 0x2f ? root : Buffer.concat([root, Buffer.from('/')]);
  return path.subarray(0, prefix.length).equals(prefix);
}

function explain(error: unknown, path: string, stats: Stats | null): Exclude<Extraction, { kind: 'text' }> {
  const code = systemCode(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { kind: 'changed' };
    case 'ELOOP':
      return { kind: 'unreadable', reason: 'is a symbolic link, and links are not followed' };
    case 'EACCES':
    case 'EPERM':
      return { kind: 'unreadable', reason: deniedReason(stats) };
    case 'EMFILE':
    case 'ENFILE':
      throw new CodedError(
        'too-many-open-files',
        'cannot open a file to read its text: no file descriptor left',
        {
          value: path,
          next: 'raise the limit of open files (ulimit -n, or LimitNOFILE= of the service)',
          retryable: true,
          cause: error,
        },
      );
    default:
      if (code === undefined) throw error;
      return { kind: 'unreadable', reason: `could not be read: the system says ${code}` };
  }
}

/** The file's own mode where it is known; otherwise a folder on the way is closed. */
function deniedReason(stats: Stats | null): string {
  if (stats === null) {
    return 'may not be read: a folder on its path is closed to the user that the daemon runs as; give that user search permission (chmod u+x FOLDER)';
  }
  const mode = (stats.mode & 0o7777).toString(8).padStart(4, '0');
  return `may not be read: its mode is ${mode}, owner ${stats.uid}; give the user that the daemon runs as read permission (chmod u+r FILE), then retry`;
}
