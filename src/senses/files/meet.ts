import type { FileStat } from '../../contract/event.ts';
import { changeOf, hasCoarseTime, isMove, looksTheSame, sameStat, wasThere, youngFor } from './difference.ts';
import { fsPath, type Ground } from './ground.ts';
import { IN_ONE_GO } from './hash.ts';
import { type Content, record, recordMove, unread } from './record.ts';
import { type Burst, burstAt } from './settle.ts';
import { isSpelled } from './spelling.ts';
import { fileStat, lookAt } from './stat.ts';
import { type Directory, pathIn } from './tree.ts';
import { notRead } from './trouble.ts';

/** How a path came to be looked at; null = by a scan. */
export interface Hinted {
  burst: Burst;
  growing: boolean;
}

/** Milliseconds until a file that changed under our eyes is looked at again. */
const AGAIN = 20;
/** Looks after which a file that changes without a hint waits for the next hint or scan. */
const MOST_TRIES = 20;

/**
 * Compares a regular file with the index and hands over the difference, once it is quiet. Where the lane is
 * full afterwards the caller waits for room.
 */
export function meetFile(
  ground: Ground,
  parent: Directory,
  name: string,
  stat: FileStat,
  hinted: Hinted | null,
): void {
  const { rows } = ground.tree;
  noteDevice(ground, parent, stat.dev);
  const slot = parent.files.get(name);
  const difference = slot === undefined ? 'changed' : rows.difference(slot, stat);
  if (difference === 'same' && !(hinted && hasCoarseTime(stat, ground.clock.now()))) {
    // It was reported while it grew, and that was all of it: the index only learns that it has ended.
    if (hinted && hinted.burst.reports > 0 && slot !== undefined) {
      record(ground, parent, name, 'unchanged', unread(stat, rows.hash(slot)));
    }
    return;
  }

  const path = pathIn(parent, name);
  if (ground.matcher.ignoredBy(path, false) || ground.stateFiles.isStateFile(parent, name)) return;
  if (slot !== undefined && difference === 'device') {
    ground.devices.renumbered.add(rows.stat(slot).dev);
    record(ground, parent, name, 'unchanged', unread(stat, rows.hash(slot)));
    return;
  }
  const tooYoungFor = youngFor(stat, ground.clock.now());
  if (tooYoungFor > 0 && !hinted?.growing) later(ground, path, hinted, tooYoungFor);
  else if (slot !== undefined || !meetNewByStat(ground, parent, name, stat)) {
    const content = contentOf(ground, path, stat, hinted);
    if (content) meetContent(ground, parent, name, content, hinted);
  }
}

/** Notes a file whose device is not its directory's, as on overlay file systems. */
export function noteDevice(ground: Ground, parent: Directory, dev: number): void {
  if (parent.identity && parent.identity.dev !== dev) ground.devices.layered.add(dev);
}

/** Hashes an indexed file that was never hashed; what changed meanwhile is met as a change. */
export function hashKnown(ground: Ground, parent: Directory, name: string): void {
  const { rows } = ground.tree;
  const slot = parent.files.get(name);
  if (slot === undefined || rows.hash(slot) !== 0n) return;
  const path = pathIn(parent, name);
  const look = lookAt(fsPath(ground.root, path));
  if (look.kind !== 'file') return;
  const stat = fileStat(look.stats);
  if (rows.difference(slot, stat) === 'same') {
    const content = contentOf(ground, path, stat, null);
    if (content) record(ground, parent, name, 'unchanged', content);
  } else meetFile(ground, parent, name, stat, null);
}

/** Meets a file that is not indexed without reading it, where that is enough; false = it must be read. */
function meetNewByStat(ground: Ground, parent: Directory, name: string, stat: FileStat): boolean {
  const { rows } = ground.tree;
  if (!ground.tree.baselined && wasThere(stat, ground.tree.since ?? ground.since)) {
    record(ground, parent, name, 'existing', unread(stat, 0n));
    return true;
  }
  const source = sourceOf(ground, parent, name, stat);
  if (source === 'itself') return true;
  if (source === undefined || rows.hash(source) === 0n || !looksTheSame(rows.stat(source), stat))
    return false;
  recordMove(ground, source, parent, name, unread(stat, rows.hash(source)));
  return true;
}

function meetContent(
  ground: Ground,
  parent: Directory,
  name: string,
  content: Content,
  hinted: Hinted | null,
): void {
  const { rows } = ground.tree;
  const slot = parent.files.get(name);
  const source = slot === undefined ? sourceOf(ground, parent, name, content.stat) : undefined;
  if (typeof source === 'number' && isMove({ stat: rows.stat(source), hash: rows.hash(source) }, content)) {
    recordMove(ground, source, parent, name, content);
    return;
  }
  const change = changeOf(slot === undefined ? null : { hash: rows.hash(slot) }, content.hash);
  if (change === 'unchanged' && slot !== undefined && rows.difference(slot, content.stat) === 'same') return;
  record(ground, parent, name, change, content);
  if (change === 'modified') hintOtherNames(ground, parent, name, content.stat);
  if (!hinted || change === 'unchanged') return;
  const goesOn = content.growing ? hinted.burst : undefined;
  ground.pending.reported(pathIn(parent, name), ground.clock.monotonic(), goesOn);
}

/** A write through one name of a file raises no event for its other names (hard links). */
function hintOtherNames(ground: Ground, parent: Directory, name: string, { dev, ino }: FileStat): void {
  const { rows } = ground.tree;
  for (const slot of rows.withInode(dev, ino)) {
    const owner = rows.owner(slot);
    if (!owner || (owner === parent && rows.name(slot) === name)) continue;
    const now = ground.clock.monotonic();
    ground.pending.again(pathIn(owner, rows.name(slot)), burstAt(now), now);
  }
}

/** The content of a file, or null where it is hashed in the background, changing or unreadable. */
function contentOf(ground: Ground, path: string, stat: FileStat, hinted: Hinted | null): Content | null {
  const growing = hinted?.growing ?? false;
  const asked = ground.large.take(path);
  const isOfThis =
    asked && (asked.hashed.kind !== 'hashed' || asked.growing || sameStat(asked.hashed.stat, stat));
  if (!isOfThis && stat.size > IN_ONE_GO) {
    ground.large.ask(path, stat, growing);
    return null;
  }
  const hashed = isOfThis ? asked.hashed : ground.hasher.now(fsPath(ground.root, path), stat);
  if (hashed.kind === 'unreadable') {
    notRead(ground, path, hashed.code);
    return null;
  }
  const mayGrow = growing || (isOfThis === true && asked.growing);
  if (hashed.kind === 'changed' || (!hashed.steady && !mayGrow)) {
    later(ground, path, hinted);
    return null;
  }
  ground.unreadable.delete(path);
  return { stat: hashed.stat, hash: hashed.hash, binary: hashed.binary, growing: growing || !hashed.steady };
}

/**
 * The row of the file that this one was before it was moved: same identity, and not where it was any more.
 * `itself`: it is indexed, and the name it was looked at by is only another spelling.
 */
function sourceOf(
  ground: Ground,
  parent: Directory,
  name: string,
  stat: FileStat,
): number | 'itself' | undefined {
  const { rows } = ground.tree;
  for (const slot of rows.withInode(stat.dev, stat.ino)) {
    const owner = rows.owner(slot);
    if (!owner || rows.stat(slot).birth !== stat.birth) continue;
    const path = pathIn(owner, rows.name(slot));
    const look = lookAt(fsPath(ground.root, path));
    if (look.kind === 'absent') return slot;
    // A file with one link that is found by two names: one of them is not its own (or a folder is mounted twice).
    if (look.kind !== 'file' || look.stats.nlink !== 1 || look.stats.ino !== stat.ino) continue;
    if (!isSpelled(ground.root, path)) return slot;
    if (!isSpelled(ground.root, pathIn(parent, name))) return 'itself';
  }
  return undefined;
}

function later(ground: Ground, path: string, hinted: Hinted | null, wait = AGAIN): void {
  const now = ground.clock.monotonic();
  const burst = hinted?.burst ?? burstAt(now);
  if (burst.tries >= MOST_TRIES) ground.unreadable.set(path, 'EAGAIN');
  else ground.pending.again(path, { ...burst, tries: burst.tries + 1 }, now + wait);
}
