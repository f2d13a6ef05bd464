import { fsPathsIn, type Ground } from './ground.ts';
import type { Listing } from './list.ts';
import { meetFile, noteDevice } from './meet.ts';
import type { Slice } from './slice.ts';
import { FIELDS, fileStat, lookAt } from './stat.ts';
import type { Directory } from './tree.ts';

/** An indexed name that a look did not find. */
export interface Missing {
  parent: Directory;
  name: string;
}

/**
 * Compares a listing with the index, and meets every file that differs. Returns the indexed names that were
 * not in it, to be looked at once more before they count as gone.
 */
export async function compare(ground: Ground, listing: Listing, slice: Slice): Promise<Missing[]> {
  const { directory, files, stats, others } = listing;
  const pathOf = fsPathsIn(ground.root, directory.path);
  let knownFiles = 0;
  for (let at = 0; at < files.length; at += 1) {
    const name = files[at] ?? '';
    const slot = directory.files.get(name);
    if (slot !== undefined && ground.tree.rows.holds(slot, stats, at)) {
      noteDevice(ground, directory, stats[at * FIELDS] ?? 0);
    } else {
      // The listing may be older than the index: what counts is what is there now.
      const look = lookAt(pathOf(name));
      if (look.kind === 'file') meetFile(ground, directory, name, fileStat(look.stats), null);
      else if (slot !== undefined) others.set(name, look.kind);
      if (ground.lane.full) await ground.lane.room();
      if (slice.over()) await slice.rest();
    }
    if (slot !== undefined || directory.files.has(name)) knownFiles += 1;
  }
  if (slice.over()) await slice.rest();
  const nothingElse = directory.directories.size === 0 && others.size === 0;
  if (nothingElse && knownFiles === directory.files.size) return [];
  return missingIn(listing);
}

function missingIn({ directory, files, others }: Listing): Missing[] {
  const missing: Missing[] = [];
  const present = new Set(files);
  for (const name of directory.files.keys()) {
    // What could not be looked at is not missing.
    if (others.has(name) ? others.get(name) !== 'blocked' : !present.has(name))
      missing.push({ parent: directory, name });
  }
  for (const name of directory.directories.keys()) {
    if (others.get(name) !== 'directory') missing.push({ parent: directory, name });
  }
  return missing;
}
