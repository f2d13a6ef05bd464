import { stat, statfs } from 'node:fs/promises';
import type { Clock } from '../base/clock.ts';
import { toFs } from '../base/path-text.ts';
import type { Space } from '../senses/daemon/disks.ts';

/** A network disk may never answer. */
const PATIENCE_MS = 5000;

/**
 * Asks how much room a folder's file system has; null where it is not there or does not answer in time. One that has
 * not answered is not asked again before it does: each question would keep a thread waiting.
 */
export function createSpaceOf(clock: Pick<Clock, 'sleep'>): (folder: string) => Promise<Space | null> {
  const asking = new Set<string>();
  return async (folder) => {
    if (asking.has(folder)) return null;
    asking.add(folder);
    const answer = ask(folder).finally(() => asking.delete(folder));
    const over = new AbortController();
    const tooLate = clock.sleep(PATIENCE_MS, over.signal).then(
      () => null,
      () => null,
    );
    try {
      return await Promise.race([answer, tooLate]);
    } finally {
      over.abort();
    }
  };
}

async function ask(folder: string): Promise<Space | null> {
  try {
    const [{ dev }, { bsize, blocks, bavail }] = await Promise.all([
      stat(toFs(folder)),
      statfs(toFs(folder)),
    ]);
    return { dev, total: blocks * bsize, free: bavail * bsize };
  } catch {
    // An output root that is not there has a hold of its own.
    return null;
  }
}
