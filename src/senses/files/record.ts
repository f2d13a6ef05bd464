import { hexOf } from '../../base/content-hash.ts';
import type { FileObservation, FileStat } from '../../contract/event.ts';
import type { Ground } from './ground.ts';
import { type Directory, pathIn } from './tree.ts';

/** What a file holds, as far as it was read. */
export interface Content {
  stat: FileStat;
  /** xxh64; 0n = not hashed. */
  hash: bigint;
  binary: boolean;
  /** It was still being written. */
  growing: boolean;
}

/** A file as its stat alone tells, with a hash where one is known to hold. */
export function unread(stat: FileStat, hash: bigint): Content {
  return { stat, hash, binary: false, growing: false };
}

/** Hands over a difference of a file, and lets the index in memory follow. */
export function record(
  ground: Ground,
  parent: Directory,
  name: string,
  change: FileObservation['change'],
  content: Content,
): void {
  const { rows } = ground.tree;
  const slot = parent.files.get(name);
  if (slot === undefined) parent.files.set(name, rows.add(parent, name, content.stat, content.hash));
  else rows.set(slot, content.stat, content.hash);
  ground.lane.put(observation(ground, pathIn(parent, name), change, content));
}

/** The same for a file that was moved here from where the row `source` has it. */
export function recordMove(
  ground: Ground,
  source: number,
  parent: Directory,
  name: string,
  content: Content,
): void {
  const { rows } = ground.tree;
  const old = rows.owner(source);
  if (!old) return;
  const from = pathIn(old, rows.name(source));
  old.files.delete(rows.name(source));
  rows.move(source, parent, name);
  rows.set(source, content.stat, content.hash);
  parent.files.set(name, source);
  ground.lane.put({ ...observation(ground, pathIn(parent, name), 'moved', content), from });
}

/** The same for a file that is gone. One on a device that is absent stays indexed, and ignored ones leave silently. */
export function recordGone(ground: Ground, parent: Directory, name: string): void {
  const slot = parent.files.get(name);
  if (slot === undefined || isElsewhere(ground, parent, slot)) return;
  const path = pathIn(parent, name);
  parent.files.delete(name);
  ground.tree.rows.remove(slot);
  ground.unreadable.delete(path);
  ground.large.take(path);
  if (ground.matcher.ignoredBy(path, false)) return;
  ground.lane.put({
    path,
    change: 'deleted',
    stat: null,
    hash: null,
    binary: false,
    growing: false,
    observedAt: ground.clock.now(),
  });
}

/**
 * Whether a file that is absent is on a device that is absent (unmounted within the root), rather than
 * deleted: its device is not its directory's, was not numbered anew, and no other file here is on it.
 */
function isElsewhere(ground: Ground, parent: Directory, slot: number): boolean {
  const { dev } = ground.tree.rows.stat(slot);
  let above: Directory | null = parent;
  while (above?.identity === null) above = above.parent;
  const { renumbered, layered } = ground.devices;
  return above?.identity?.dev !== dev && !renumbered.has(dev) && !layered.has(dev);
}

function observation(
  ground: Ground,
  path: string,
  change: FileObservation['change'],
  { stat, hash, binary, growing }: Content,
): FileObservation {
  const observedAt = ground.clock.now();
  return { path, change, stat, hash: hash === 0n ? null : hexOf(hash), binary, growing, observedAt };
}
