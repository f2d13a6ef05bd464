import type { Ground } from './ground.ts';
import { fsPath } from './ground.ts';
import { IN_ONE_GO } from './hash.ts';
import { isSameFolder } from './presence.ts';
import { fileStat, lookAt } from './stat.ts';
import { forgetFiles, type Identity, pathIn, sameIdentity } from './tree.ts';

/** Indexed files that are looked for in a folder that may be the root. */
const SAMPLE = 64;

/**
 * Lets a root be the folder that was found at its path, before anything in it is compared with the index. The
 * same folder, or one that holds most of the indexed files (restored, checked out or copied anew), is the root:
 * what differs are changes. Any other folder has taken its place: what it holds is perceived, and the rows of
 * the files before are set aside, so that an absent disk or a folder made anew is never a mass deletion.
 */
export function adopt(ground: Ground, found: Identity): void {
  const { tree } = ground;
  const before = tree.folder;
  if (sameIdentity(before, found)) return;
  tree.folder = found;
  const isIt = before === null || isSameFolder(before, found);
  if (isIt && before !== null && before.dev !== found.dev) ground.devices.renumbered.add(before.dev);
  const aside = !isIt && tree.rows.size > 0 && !resembles(ground);
  if (aside) forgetFiles(tree);
  ground.lane.meet({ identity: found, aside });
}

/** Whether at least half of some indexed files are there as they were. */
function resembles(ground: Ground): boolean {
  const { rows } = ground.tree;
  const sample = rows.sample(SAMPLE);
  const there = sample.filter((slot) => isThere(ground, slot));
  return there.length * 2 >= sample.length;
}

function isThere(ground: Ground, slot: number): boolean {
  const { rows } = ground.tree;
  const owner = rows.owner(slot);
  if (!owner) return false;
  const path = fsPath(ground.root, pathIn(owner, rows.name(slot)));
  const look = lookAt(path);
  const before = rows.stat(slot);
  if (look.kind !== 'file' || look.stats.size !== before.size) return false;
  if (look.stats.mtimeMs === before.mtime) return true;
  // A copy has times of its own. Of a file that was never read, or takes long to read, name and size must do.
  if (rows.hash(slot) === 0n || before.size > IN_ONE_GO) return true;
  const hashed = ground.hasher.now(path, fileStat(look.stats));
  return hashed.kind === 'hashed' && hashed.hash === rows.hash(slot);
}
