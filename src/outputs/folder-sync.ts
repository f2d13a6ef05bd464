import type { Disk } from '../base/disk.ts';
import { syncFolder } from './place.ts';

/** Makes the names in a folder durable that were made before the call. */
export type FolderSync = (disk: Disk, folder: string) => Promise<void>;

/** Those who ask while a folder is being synced share the next time: one fsync serves many new names. */
export function createFolderSync(): FolderSync {
  const underWay = new Map<string, Promise<void>>();
  const next = new Map<string, Promise<void>>();

  async function afterThat(disk: Disk, folder: string): Promise<void> {
    await underWay.get(folder)?.catch(() => {
      // Whoever asked for that one is told; this one tries anew.
    });
    const now = next.get(folder);
    next.delete(folder);
    if (now) underWay.set(folder, now);
    try {
      await syncFolder(disk, folder);
    } finally {
      if (underWay.get(folder) === now) underWay.delete(folder);
    }
  }

  return (disk, folder) => {
    const shared = next.get(folder) ?? afterThat(disk, folder);
    next.set(folder, shared);
    return shared;
  };
}
