import { fsPath, type Ground } from './ground.ts';
import { type Depth, forgetWatch, listDirectory } from './list.ts';
import { recordGone } from './record.ts';
import type { Slice } from './slice.ts';
import { lookAt } from './stat.ts';
import { type Directory, detach, pathIn, walk } from './tree.ts';

/**
 * Lists these directories and those beneath them, and meets what differs from the index. What is missing is
 * dropped last, so that a file that was moved is met where it is now before it is missed where it was.
 * `between` runs after each directory.
 */
export async function scan(
  ground: Ground,
  from: Iterable<Directory>,
  depth: Depth,
  slice: Slice,
  between: () => Promise<void> = async () => {},
): Promise<void> {
  const rest = [...from];
  const missing: Missing[] = [];
  for (let next = rest.pop(); next; next = rest.pop()) {
    if (ground.signal.aborted) return;
    if (!next.attached) continue;
    const listed = await listDirectory(ground, next, depth, slice);
    for (const below of listed.below) rest.push(below);
    for (const each of listed.missing) missing.push(each);
    if (slice.over()) {
      await slice.rest();
      await between();
    }
  }
  await dropMissing(ground, missing, slice);
}

/** An indexed name that a look did not find. */
export interface Missing {
  parent: Directory;
  name: string;
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
    if (look.kind !== 'file') recordGone(ground, parent, name);
    const directory = parent.directories.get(name);
    if (directory && look.kind !== 'directory') await dropDirectory(ground, directory, slice);
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
