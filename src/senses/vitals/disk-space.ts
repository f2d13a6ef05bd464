import type { StatsFs } from 'node:fs';
import { fromFs } from '../../base/path-text.ts';

/** Asks how full file systems are. One that does not answer in time is left out, and not asked again until it has. */
export interface DiskSpace {
  valuesOf(mounts: readonly Buffer[]): Promise<Record<string, number>>;
}

/** Even a local disk may hang; a thread of the pool waits for it, never more than one for each. */
const PATIENCE_MS = 2000;

export function createDiskSpace(
  statfs: (path: Buffer) => Promise<StatsFs>,
  sleep: (ms: number, signal: AbortSignal) => Promise<void>,
): DiskSpace {
  const asked = new Set<string>();

  async function valuesOfOne(mount: Buffer): Promise<Record<string, number>> {
    const name = fromFs(mount);
    if (asked.has(name)) return {};
    asked.add(name);
    const answer = statfs(mount)
      .then((found) => spaceOf(name, found))
      // Unmounted a moment ago, or not for us to see.
      .catch(() => ({}))
      .finally(() => asked.delete(name));
    const over = new AbortController();
    const patience = sleep(PATIENCE_MS, over.signal).catch(() => {});
    try {
      return await Promise.race([answer, patience.then(() => ({}))]);
    } finally {
      over.abort();
    }
  }

  return {
    async valuesOf(mounts) {
      return Object.assign({}, ...(await Promise.all(mounts.map(valuesOfOne))));
    },
  };
}

/** As `df` reckons: blocks that only root may use are neither used nor free. */
function spaceOf(
  mount: string,
  { bsize, blocks, bfree, bavail, files, ffree }: Pick<StatsFs, keyof StatsFs>,
): Record<string, number> {
  const used = blocks - bfree;
  if (used + bavail === 0) return {};
  return {
    [`disk.percent ${mount}`]: (100 * used) / (used + bavail),
    [`disk.free_gb ${mount}`]: (bavail * bsize) / 1e9,
    ...(files > 0 && { [`disk.inodes_percent ${mount}`]: (100 * (files - ffree)) / files }),
  };
}
