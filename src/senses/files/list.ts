import { readdirSync, type Stats } from 'node:fs';
import { systemCode } from '../../base/errors.ts';
import { fromFs, mayBeLossy } from '../../base/path-text.ts';
import { fsPath, fsPathsIn, type Ground } from './ground.ts';
import { meetFile, noteDevice } from './meet.ts';
import type { Slice } from './slice.ts';
import { fileStat, type Look, lookAt } from './stat.ts';
import { identityOf } from './state-files.ts';
import { addDirectory, type Directory, type Identity, pathIn, sameIdentity, walk } from './tree.ts';

/** What one listing left to do. */
export interface Listed {
  /** Directories in it to list as well. */
  below: Directory[];
  /** Indexed names that were not in it; to be looked at once more before they count as gone. */
  missing: { parent: Directory; name: string }[];
}

/** How far a listing goes: into every directory, or only into those that are new or another one than before. */
export type Depth = 'all' | 'new';

/**
 * Watches a directory, then lists it and meets every file in it. The order matters: what is made after the
 * watch is hinted at, what was made before it is listed.
 */
export async function listDirectory(
  ground: Ground,
  directory: Directory,
  depth: Depth,
  slice: Slice,
): Promise<Listed> {
  const listed: Listed = { below: [], missing: [] };
  if (!watchFirst(ground, directory)) return listed;
  const names = namesIn(ground, directory);
  if (names === null) return listed;

  const pathOf = fsPathsIn(ground.root, directory.path);
  let knownFiles = 0;
  const notFiles = new Map<string, Look['kind']>();
  for (const name of names) {
    const look = lookAt(pathOf(name));
    if (look.kind === 'file') meetListed(ground, directory, name, look.stats);
    else if (look.kind === 'blocked') ground.unreadable.set(pathIn(directory, name), look.code);
    else notFiles.set(name, look.kind);
    if (look.kind === 'directory') {
      const below = enter(ground, directory, name, fileStat(look.stats), depth);
      if (below) listed.below.push(below);
    } else if (directory.files.has(name) && !notFiles.has(name)) knownFiles += 1;
    if (ground.lane.full) await ground.lane.room();
    if (slice.over()) await slice.rest();
  }
  if (knownFiles === directory.files.size && directory.directories.size === 0) return listed;
  const present = new Set(names);
  for (const name of directory.files.keys()) {
    if (!present.has(name) || notFiles.has(name)) listed.missing.push({ parent: directory, name });
  }
  for (const name of directory.directories.keys()) {
    if (notFiles.get(name) !== 'directory') listed.missing.push({ parent: directory, name });
  }
  return listed;
}

/** Most files of most scans are as the index has them: told without making an object of their stats. */
function meetListed(ground: Ground, directory: Directory, name: string, stats: Stats): void {
  const slot = directory.files.get(name);
  if (slot !== undefined && ground.tree.rows.holds(slot, stats)) noteDevice(ground, directory, stats.dev);
  else meetFile(ground, directory, name, fileStat(stats), null);
}

/**
 * The directory to list where a look found one, or null where it is known and unchanged, or not for us:
 * ignored directories and the daemon's own state are neither watched nor listed.
 */
export function enter(
  ground: Ground,
  parent: Directory,
  name: string,
  stat: Identity,
  depth: Depth | 'again',
): Directory | null {
  const known = parent.directories.get(name);
  if (known && depth === 'new' && sameIdentity(known.identity, stat)) return null;
  if (isPruned(ground, pathIn(parent, name), stat)) {
    if (known) for (const each of walk(known)) forgetWatch(ground, each);
    return null;
  }
  return known ?? addDirectory(parent, name);
}

/** Leaves a directory unwatched and as if never listed. */
export function forgetWatch(ground: Ground, directory: Directory): void {
  ground.watching.unwatch(directory);
  ground.polled.delete(directory);
  directory.identity = null;
}

function isPruned(ground: Ground, path: string, stat: Identity): boolean {
  return ground.stateFiles.isStateDirectory(stat) || ground.matcher.ignoredBy(path, true) !== null;
}

/**
 * Makes sure that the watch is on the directory that is there now: it is looked at before and after, as
 * another one may be put in its place at any time. False = it is no directory any more.
 */
function watchFirst(ground: Ground, directory: Directory): boolean {
  for (let tries = 0; tries < 5; tries += 1) {
    const before = whatIsAt(ground, directory);
    if (before === null) return false;
    if (ground.watching.has(directory) && sameIdentity(directory.identity, before)) return true;
    const watched = ground.watching.watch(directory);
    if (watched === 'no-watches' || watched === 'no-watchers') {
      ground.limit = watched;
      ground.polled.add(directory);
    } else ground.polled.delete(directory);
    const after = whatIsAt(ground, directory);
    if (after === null) return false;
    if (sameIdentity(before, after)) {
      directory.identity = after;
      return true;
    }
  }
  return true;
}

/** Identity of the directory that is at its place; null where none is. The root itself may be a link. */
function whatIsAt(ground: Ground, directory: Directory): Identity | null {
  if (directory.parent === null) return ground.stillThere() ? identityOf(ground.root) : null;
  const look = lookAt(fsPath(ground.root, directory.path));
  if (look.kind !== 'directory') return null;
  return { dev: look.stats.dev, ino: look.stats.ino, birth: look.stats.birthtimeMs };
}

/** The path texts of the names in it; null where it cannot be read, which says nothing about its files. */
function namesIn(ground: Ground, directory: Directory): string[] | null {
  const path = fsPath(ground.root, directory.path);
  try {
    const names = readdirSync(path);
    forgetUnreadable(ground, directory);
    // Decoding loses the bytes of names that are not UTF-8, so they are asked for again.
    return names.some(mayBeLossy) ? readdirSync(path, { encoding: 'buffer' }).map(fromFs) : names.map(fromFs);
  } catch (error) {
    const code = systemCode(error) ?? 'EIO';
    if (code === 'ENOENT' || code === 'ENOTDIR')
      ground.pending.hint(directory.path, ground.clock.monotonic());
    else ground.unreadable.set(directory.path, code);
    return null;
  }
}

/** What could not be read in it, and it itself: whatever still cannot will be met again now. */
function forgetUnreadable(ground: Ground, directory: Directory): void {
  ground.unreadable.delete(directory.path);
  for (const path of ground.unreadable.keys()) {
    if (path.slice(0, Math.max(0, path.lastIndexOf('/'))) === directory.path) ground.unreadable.delete(path);
  }
}
