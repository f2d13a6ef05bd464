import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import type { ContentHash } from '../base/content-hash.ts';
import type { Disk } from '../base/disk.ts';
import { systemCode } from '../base/errors.ts';
import { toFs } from '../base/path-text.ts';
import type { LedgerEntry } from '../contract/output.ts';

/** What a file of any size holds, without its bytes. */
export interface Fingerprint extends LedgerEntry {
  stat: Stats;
}

/** Bytes read at a time; more than are read on this thread, so that other work gets its turn. */
const CHUNK = 1024 * 1024;

/**
 * Reads a whole file; `copyTo` (an open file) gets every byte. Null where nothing has that name, or no ordinary file:
 * a link is never followed, and nothing waits for a pipe's writer.
 */
export async function fingerprint(
  disk: Disk,
  path: string,
  hash: ContentHash,
  copyTo: number | null = null,
): Promise<Fingerprint | null> {
  const file = await openOrNull(disk, path);
  if (file === null) return null;
  try {
    const stat = await disk.fstat(file);
    if (!stat.isFile()) return null;
    const [fast, strong] = [hash.begin(), createHash('sha256')];
    const chunk = Buffer.allocUnsafe(Math.min(CHUNK, stat.size + 1));
    let size = 0;
    for (;;) {
      const count = await disk.read(file, chunk, size);
      if (count === 0) break;
      const bytes = chunk.subarray(0, count);
      fast.add(bytes);
      strong.update(bytes);
      if (copyTo !== null) await disk.write(copyTo, bytes);
      size += count;
    }
    const { ino, mtimeMs } = stat;
    return { stat, ino, size, mtime: mtimeMs, hash: fast.end(), sha256: strong.digest('hex') };
  } finally {
    await disk.close(file);
  }
}

async function openOrNull(disk: Disk, path: string): Promise<number | null> {
  try {
    return await disk.open(toFs(path), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code === 'ENOENT' || code === 'ELOOP' || code === 'ENXIO') return null;
    throw error;
  }
}
