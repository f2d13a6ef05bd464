import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { CodedError, systemCode } from '../base/errors.ts';
import { sha256 } from '../base/ids.ts';
import { toFs } from '../base/path-text.ts';

/** What stands at a target now; `content` is whole, `mode` its permission bits. */
export interface Standing {
  content: Buffer;
  sha256: string;
  ino: number;
  mode: number;
}

/** A target this large is not ours to rewrite. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads what stands at a target; null where nothing does. Throws `output-target` where it is no ordinary file. */
export async function look(target: string): Promise<Standing | null> {
  try {
    // Never follows a link in the last place, never waits for a FIFO's writer.
    const file = await open(toFs(target), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = await file.stat();
      if (!stat.isFile() || stat.size > MAX_BYTES)
        throw notOurs(target, stat.isFile() ? 'it is larger than 64 MiB' : 'it is no file');
      const content = await file.readFile();
      return { content, sha256: sha256(content), ino: stat.ino, mode: stat.mode & 0o777 };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    if (systemCode(error) === 'ELOOP') throw notOurs(target, 'it is a symbolic link');
    throw error;
  }
}

function notOurs(target: string, why: string): CodedError {
  return new CodedError('output-target', `cannot write ${target}: ${why}`, {
    value: target,
    allowed: 'an ordinary file, or nothing yet',
    next: 'move it aside, or change the path in the rule',
  });
}
