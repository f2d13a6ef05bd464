import { readdirSync } from 'node:fs';
import { systemCode } from '../../base/errors.ts';
import { fromFs, mayBeLossy } from '../../base/path-text.ts';
import { fsPath, fsPathsIn, type Ground } from './ground.ts';
import { burstAt } from './settle.ts';
import type { Slice } from './slice.ts';
import { FIELDS, fileStat, type Look, lookAt, writeStat } from './stat.ts';
import { identityOf } from './state-files.ts';
import { addDirectory, type Directory, type Identity, pathIn, sameIdentity, walk } from './tree.ts';
import { notRead } from './trouble.ts';

/** What was in a directory when it was listed. */
export interface Listing {
  directory: Directory;
  /** Names of regular files. */
  files: string[];
  /** {@link FIELDS} numbers for each of them. */
  stats: Float64Array;
  /** What else was in it, by name. */
  others: Map<string, Look['kind']>;
  /** Directories in it to list as well. */
  below: Directory[];
}

/** Looks (some 3 µs each) between two at the clock, which would add a tenth to each. */
const LOOKS = 16;

/** How far a listing goes: into every directory, or only into those that are new or another one than before. */
export type Depth = 'all' | 'new';

/**
 * Watches a directory, then lists it and looks at everything in it; null where it cannot be read. The order
 * matters: what is made after the watch is hinted at, what was made before it is listed.
 */
export async function listDirectory(
  ground: Ground,
  directory: Directory,
  depth: Depth,
  slice: Slice,
): Promise<Listing | null> {
  if (!watchFirst(ground, directory)) return null;
  const names = namesIn(ground, directory);
  if (names === null) return null;

  const stats = new Float64Array(names.length * FIELDS);
  const listing: Listing = { directory, files: [], stats, others: new Map(), below: [] };
  const pathOf = fsPathsIn(ground.root, directory.path);
  for (const [at, name] of names.entries()) {
    const look = lookAt(pathOf(name));
    if (look.kind === 'file') writeStat(stats, listing.files.push(name) - 1, look.stats);
    else listing.others.set(name, look.kind);
    if (look.kind === 'blocked') ground.unreadable.set(pathIn(directory, name), look.code);
    if (look.kind === 'directory') {
      const below = enter(ground, directory, name, fileStat(look.stats), depth);
      if (below) listing.below.push(below);
    }
    if (at % LOOKS === 0 && slice.over()) await slice.rest();
  }
  return listing;
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
    const isRefused = watched !== 'watched' && watched !== 'failed';
    if (isRefused) ground.limit = watched;
    if (isRefused || isRemoteHere(ground, directory, before.dev)) ground.polled.add(directory);
    else ground.polled.delete(directory);
    const after = whatIsAt(ground, directory);
    if (after === null) return false;
    if (sameIdentity(before, after)) {
      directory.identity = after;
      return true;
    }
  }
  return true;
}

/** Whether a directory is on a network file system, asked once of each device; where the root is, all is polled anyway. */
function isRemoteHere(ground: Ground, directory: Directory, dev: number): boolean {
  const { remote } = ground.devices;
  const known = remote.get(dev);
  if (known !== undefined) return known;
  const isRemote = directory.parent !== null && ground.isRemote(fsPath(ground.root, directory.path));
  remote.set(dev, isRemote);
  return isRemote;
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
    const now = ground.clock.monotonic();
    if (code === 'ENOENT' || code === 'ENOTDIR') ground.pending.again(directory.path, burstAt(now), now);
    else notRead(ground, directory.path, code);
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
