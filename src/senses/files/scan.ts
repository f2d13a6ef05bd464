import { compare, type Missing } from './compare.ts';
import { fsPath, type Ground } from './ground.ts';
import { type Depth, forgetWatch, type Listing, listDirectory } from './list.ts';
import { recordGone } from './record.ts';
import type { Slice } from './slice.ts';
import { isSpelled } from './spelling.ts';
import { lookAt } from './stat.ts';
import { type Directory, detach, pathIn, walk } from './tree.ts';

/** Files whose listings may wait for the index: some 10 MB. */
const MOST_WAITING = 100_000;

/**
 * Lists these directories and those beneath them, and meets what differs from the index. While the index has
 * not arrived, what was listed waits for it: finding out takes as long as reading the index, and goes on
 * beside it. What is missing is dropped last, so that a file that was moved is met where it is now before it
 * is missed where it was. `between` runs after each directory.
 */
export async function scan(
  ground: Ground,
  from: Iterable<Directory>,
  depth: Depth,
  slice: Slice,
  between: () => Promise<void> = async () => {},
): Promise<void> {
  const rest = [...from];
  const waiting: Listing[] = [];
  let waitingFiles = 0;
  const missing: Missing[] = [];
  for (let next = rest.pop(); next; next = rest.pop()) {
    if (ground.signal.aborted) return;
    if (!next.attached) continue;
    const listing = await listDirectory(ground, next, depth, slice);
    if (listing === null) continue;
    for (const below of listing.below) rest.push(below);
    if (ground.tree.known) await meet(listing);
    else {
      waiting.push(listing);
      waitingFiles += listing.files.length;
      if (waitingFiles > MOST_WAITING) await ground.indexed;
      else if (slice.over()) await slice.rest();
    }
  }
  await ground.indexed;
  for (const listing of waiting) {
    if (ground.signal.aborted) return;
    if (listing.directory.attached) await meet(listing);
  }
  await dropMissing(ground, missing, slice);

  async function meet(listing: Listing): Promise<void> {
    for (const each of await compare(ground, listing, slice)) missing.push(each);
    if (!slice.over()) return;
    await slice.rest();
    await between();
  }
}

/**
 * Looks at missing names once more and lets those that are gone leave the index. Only while the root is the
 * directory it was: an unmounted root has no files either.
 */
export async function dropMissing(ground: Ground, missing: readonly Missing[], slice: Slice): Promise<void> {
  for (const { parent, name } of missing) {
    if (!parent.attached) continue;
    const look = lookAt(fsPath(ground.root, pathIn(parent, name)));
    if (look.kind === 'blocked') continue;
    if (ground.signal.aborted || !ground.stillThere()) return;
    // It may be there again, or be found by a name that is not its own any more.
    const isThere = look.kind !== 'absent' && isSpelled(ground.root, pathIn(parent, name));
    if (look.kind !== 'file' || !isThere) recordGone(ground, parent, name);
    const directory = parent.directories.get(name);
    if (directory && (look.kind !== 'directory' || !isThere)) await dropDirectory(ground, directory, slice);
    if (ground.lane.full) await ground.lane.room();
    if (slice.over()) await slice.rest();
  }
}

async function dropDirectory(ground: Ground, gone: Directory, slice: Slice): Promise<void> {
  let kept = false;
  for (const directory of walk(gone)) {
    forgetWatch(ground, directory);
    for (const name of [...directory.files.keys()]) {
      recordGone(ground, directory, name);
      if (ground.lane.full) await ground.lane.room();
      if (slice.over()) await slice.rest();
    }
    kept ||= directory.files.size > 0;
  }
  // Files on a device that is absent stay indexed, and so do the directories above them.
  if (!kept) detach(gone, (each) => forgetWatch(ground, each));
}
