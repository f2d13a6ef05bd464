import type { Disk } from '../base/disk.ts';
import { syncOpen } from './place.ts';

/** Makes the names in a folder durable that were made before the call. `where`: which folder; `open`: it, held open. */
export type FolderSync = (disk: Disk, where: string, open: number) => Promise<void>;

/** Those who ask while a folder is being synced share the next time: one fsync serves many new names. */
export function createFolderSync(): FolderSync {
  const underWay = new Map<string, Promise<void>>();
  const next = new Map<string, Promise<void>>();

  async function afterThat(disk: Disk, where: string, open: number): Promise<void> {
    await underWay.get(where)?.catch(() => {
      // Whoever asked for that one is told; this one tries anew.
    });
    const now = next.get(where);
    next.delete(where);
    if (now) underWay.set(where, now);
    try {
      // Whoever asked first waits for it, and so holds the folder open.
      await syncOpen(disk, open);
    } finally {
      if (underWay.get(where) === now) underWay.delete(where);
    }
  }

  return (disk, where, open) => {
    const shared = next.get(where) ?? afterThat(disk, where, open);
    next.set(where, shared);
    return shared;
  };
}
