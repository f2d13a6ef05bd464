import { constants } from 'node:fs';
import type { Disk } from '../base/disk.ts';
import { CodedError, systemCode } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import { toFs } from '../base/path-text.ts';

/** What stands at a target now; `content` is whole, `mode` its permission bits. */
export interface Standing {
  content: Buffer;
  sha256: string;
  ino: number;
  mode: number;
  size: number;
  mtimeMs: number;
  /** When this inode was made, as far as the file system knows. */
  birthtimeMs: number;
}

/** A target this large is not ours to rewrite. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads what stands at a target; null where nothing does. Throws `output-target` where it is no ordinary file. */
export async function look(disk: Disk, target: string): Promise<Standing | null> {
  try {
    // Never follows a link in the last place, never waits for a FIFO's writer.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await disk.open(toFs(target), flags);
    try {
      const stat = await disk.fstat(file);
      if (!stat.isFile() || stat.size > MAX_BYTES)
        throw notOurs(target, stat.isFile() ? 'it is larger than 64 MiB' : 'it is no file');
      const content = await readAll(disk, file, stat.size);
      const { ino, size, mtimeMs, birthtimeMs } = stat;
      return { content, sha256: sha256(content), ino, mode: stat.mode & 0o777, size, mtimeMs, birthtimeMs };
    } finally {
      await disk.close(file);
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    if (systemCode(error) === 'ELOOP') throw notOurs(target, 'it is a symbolic link');
    throw error;
  }
}

async function readAll(disk: Disk, file: number, size: number): Promise<Buffer> {
  const content = Buffer.alloc(size);
  let at = 0;
  while (at < size) {
    const count = await disk.read(file, content.subarray(at), at);
    if (count === 0) break;
    at += count;
  }
  return content.subarray(0, at);
}

function notOurs(target: string, why: string): CodedError {
  return new CodedError('output-target', `cannot write ${target}: ${why}`, {
    value: target,
    allowed: 'an ordinary file, or nothing yet',
    next: 'move it aside, or change the path in the rule',
  });
}
