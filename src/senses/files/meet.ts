import type { FileObservation, FileStat } from '../../contract/event.ts';
import { hexOf } from '../../base/content-hash.ts';
import { changeOf, deletion, hasCoarseTime, isMove, isYoung, looksTheSame, sameStat, wasThere } from './difference.ts';
import { fsPath, type Ground } from './ground.ts';
import { type Hashed, IN_ONE_GO } from './hash.ts';
import { type Burst, burstAt } from './settle.ts';
import { lookAt } from './stat.ts';
import { type Directory, pathIn } from './tree.ts';

/** How a path came to be looked at; null = by a scan. */
export interface Hinted {
  burst: Burst;
  growing: boolean;
}

/** Milliseconds until a file that was too young, or changed under our eyes, is looked at again. */
const AGAIN = 20;
/** Looks after which a file that changes without a hint waits for the next hint or scan. */
const MOST_TRIES = 20;

type Content = Extract<Hashed, { kind: 'hashed' }>;

/**
 * Compares a regular file with the index and hands over the difference, once it is quiet. Where the lane is
 * full afterwards the caller waits for room.
 */
export function meetFile(ground: Ground, parent: Directory, name: string, stat: FileStat, hinted: Hinted | null): void {
  const { rows } = ground.tree;
  if (parent.identity && parent.identity.dev !== stat.dev) ground.devices.layered.add(stat.dev);
  const slot = parent.files.get(name);
  const difference = slot === undefined ? 'changed' : rows.difference(slot, stat);
  const now = ground.clock.now();
  if (difference === 'same' && !(hinted && hasCoarseTime(stat, now))) return;

  const path = pathIn(parent, name);
  if (ground.matcher.ignoredBy(path, false) || ground.stateFiles.isStateFile(parent, name)) return;
  if (slot !== undefined && difference === 'device') {
    ground.devices.renumbered.add(rows.stat(slot).dev);
    return record(ground, parent, name, 'unchanged', { kind: 'hashed', stat, hash: rows.hash(slot), binary: false, steady: true });
  }
  if (isYoung(stat, now) && !hinted?.growing) return later(ground, path, hinted);
  if (slot === undefined) {
    if (ground.baselineSince !== null && wasThere(stat, ground.baselineSince)) {
      return record(ground, parent, name, 'existing', { kind: 'hashed', stat, hash: 0n, binary: false, steady: true });
    }
    const source = sourceOf(ground, stat);
    if (source !== undefined && rows.hash(source) !== 0n && looksTheSame(rows.stat(source), stat)) {
      const hash = rows.hash(source);
      return recordMove(ground, source, parent, name, { kind: 'hashed', stat, hash, binary: false, steady: true });
    }
  }
  const content = contentOf(ground, path, stat, hinted);
  if (content) meetContent(ground, parent, name, content, hinted);
}

/** Lets a file or directory that is not there any more leave the index; its files are `deleted`. */
export function dropFile(ground: Ground, parent: Directory, name: string): void {
  const slot = parent.files.get(name);
  if (slot === undefined || isElsewhere(ground, parent, slot)) return;
  const path = pathIn(parent, name);
  const silent = ground.matcher.ignoredBy(path, false) !== null;
  parent.files.delete(name);
  ground.tree.rows.remove(slot);
  ground.unreadable.delete(path);
  if (!silent) ground.lane.put(deletion(path, ground.clock.now()));
}

/** Hashes an indexed file that was never hashed; what changed meanwhile is met as a change. */
export function hashKnown(ground: Ground, parent: Directory, name: string): void {
  const slot = parent.files.get(name);
  if (slot === undefined || ground.tree.rows.hash(slot) !== 0n) return;
  const path = pathIn(parent, name);
  const look = lookAt(fsPath(ground.root, path));
  if (look.kind !== 'file') return;
  if (ground.tree.rows.difference(slot, look.stat) !== 'same') return meetFile(ground, parent, name, look.stat, null);
  const content = contentOf(ground, path, look.stat, null);
  if (content) record(ground, parent, name, 'unchanged', content);
}

/** The content of a file, or null where it is hashed in the background, changing or unreadable. */
function contentOf(ground: Ground, path: string, stat: FileStat, hinted: Hinted | null): (Content & { growing?: boolean }) | null {
  const growing = hinted?.growing ?? false;
  let hashed: Hashed;
  const result = ground.large.take(path);
  const isOfThis = result?.hashed.kind !== 'hashed' || result.growing || sameStat(result.hashed.stat, stat);
  if (result && isOfThis) hashed = result.hashed;
  else if (stat.size > IN_ONE_GO) {
    ground.large.ask(path, stat, growing);
    return null;
  } else hashed = ground.hasher.now(fsPath(ground.root, path), stat);

  if (hashed.kind === 'unreadable') {
    ground.unreadable.set(path, hashed.code);
    return null;
  }
  const stillGrows = growing || result?.growing === true;
  if (hashed.kind === 'changed' || (!hashed.steady && !stillGrows)) {
    later(ground, path, hinted);
    return null;
  }
  ground.unreadable.delete(path);
  return { ...hashed, growing: stillGrows && !(hashed.steady && !growing) };
}

function meetContent(
  ground: Ground,
  parent: Directory,
  name: string,
  content: Content & { growing?: boolean },
  hinted: Hinted | null,
): void {
  const { rows } = ground.tree;
  const slot = parent.files.get(name);
  if (slot === undefined) {
    const source = sourceOf(ground, content.stat);
    if (source !== undefined && isMove({ stat: rows.stat(source), hash: rows.hash(source) }, content)) {
      return recordMove(ground, source, parent, name, content);
    }
  }
  const change = changeOf(slot === undefined ? null : { hash: rows.hash(slot) }, content.hash);
  if (change === 'unchanged' && slot !== undefined && rows.difference(slot, content.stat) === 'same') return;
  record(ground, parent, name, change, content);
  if (hinted && change !== 'unchanged') {
    ground.pending.reported(pathIn(parent, name), ground.clock.monotonic(), content.growing ? hinted.burst : undefined);
  }
}

function record(
  ground: Ground,
  parent: Directory,
  name: string,
  change: FileObservation['change'],
  content: Content & { growing?: boolean },
): void {
  const { rows } = ground.tree;
  const slot = parent.files.get(name);
  if (slot === undefined) parent.files.set(name, rows.add(parent, name, content.stat, content.hash));
  else rows.set(slot, content.stat, content.hash);
  ground.lane.put(observation(ground, pathIn(parent, name), change, content));
}

function recordMove(ground: Ground, source: number, parent: Directory, name: string, content: Content): void {
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

/** The row of the file that this one was before it was moved: same identity, and not where it was any more. */
function sourceOf(ground: Ground, stat: FileStat): number | undefined {
  const { rows } = ground.tree;
  return rows.withInode(stat.dev, stat.ino).find((slot) => {
    const owner = rows.owner(slot);
    if (!owner || rows.stat(slot).birth !== stat.birth) return false;
    return lookAt(fsPath(ground.root, pathIn(owner, rows.name(slot)))).kind === 'absent';
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
  return above?.identity?.dev !== dev && !ground.devices.renumbered.has(dev) && !ground.devices.layered.has(dev);
}

function later(ground: Ground, path: string, hinted: Hinted | null): void {
  const now = ground.clock.monotonic();
  const burst = hinted?.burst ?? burstAt(now);
  if (burst.tries >= MOST_TRIES) ground.unreadable.set(path, 'EAGAIN');
  else ground.pending.again(path, { ...burst, tries: burst.tries + 1 }, now + AGAIN);
}

function observation(
  ground: Ground,
  path: string,
  change: FileObservation['change'],
  { stat, hash, binary, growing }: Content & { growing?: boolean },
): FileObservation {
  return {
    path,
    change,
    stat,
    hash: hash === 0n ? null : hexOf(hash),
    binary,
    growing: growing ?? false,
    observedAt: ground.clock.now(),
  };
}
