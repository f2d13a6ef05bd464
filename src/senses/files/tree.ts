import type { IndexColumns } from '../../contract/event.ts';
import { createRows, type Rows } from './rows.ts';

/** A directory beneath a root, known from the index or seen on disk. */
export interface Directory {
  /** Path text of its last step; empty for the root. */
  readonly name: string;
  readonly parent: Directory | null;
  /** Path text relative to the root; empty for the root. */
  readonly path: string;
  /** What it was when it was last listed; null before. Device, inode and birth time: inodes alone are used again at once. */
  identity: Identity | null;
  /** Indexed files in it: name to slot. */
  readonly files: Map<string, number>;
  readonly directories: Map<string, Directory>;
  /** False once it was dropped from its tree, which a scan under way may still hold. */
  attached: boolean;
}

export interface Identity {
  dev: number;
  ino: number;
  birth: number;
}

/** A root's index in memory: its directories, and its files as {@link Rows}. */
export interface Tree {
  readonly top: Directory;
  readonly rows: Rows<Directory>;
  readonly baselined: boolean;
}

/** The tree of an index as journaled. */
export function treeOf(columns: IndexColumns): Tree {
  const top = directory('', null);
  const rows = createRows<Directory>(columns.stats, columns.hashes);
  let last = top;
  for (const path of columns.paths === '' ? [] : columns.paths.split('\0')) {
    const cut = path.lastIndexOf('/');
    // Rows come in the order of their paths, so most are in the directory of the one before.
    const isInLast = cut === last.path.length && path.startsWith(last.path);
    if (!isInLast) last = ensureDirectory(top, path.slice(0, Math.max(0, cut)));
    const name = path.slice(cut + 1);
    last.files.set(name, rows.adopt(last, name));
  }
  return { top, rows, baselined: columns.baselined };
}

/** The directory at this relative path, made (with those above it) where the tree has none. */
export function ensureDirectory(top: Directory, path: string): Directory {
  let at = top;
  if (path === '') return at;
  for (const name of path.split('/')) at = at.directories.get(name) ?? addDirectory(at, name);
  return at;
}

export function addDirectory(parent: Directory, name: string): Directory {
  const made = directory(name, parent);
  parent.directories.set(name, made);
  return made;
}

/** Takes a directory and those beneath it out of the tree; `drop` is told each. Their rows must be gone. */
export function detach(gone: Directory, drop: (directory: Directory) => void): void {
  gone.parent?.directories.delete(gone.name);
  for (const each of walk(gone)) {
    each.attached = false;
    drop(each);
  }
}

/** This directory and every one beneath it. */
export function* walk(from: Directory): Generator<Directory> {
  const rest = [from];
  for (let next = rest.pop(); next; next = rest.pop()) {
    yield next;
    rest.push(...next.directories.values());
  }
}

/** The relative path of a name in a directory. */
export function pathIn(parent: Directory, name: string): string {
  return parent.path === '' ? name : `${parent.path}/${name}`;
}

/**
 * Where a relative path leads as far as the tree knows it: the deepest known directory above, and the step
 * to look at there. A hint about something in an unknown directory is a hint about that directory.
 */
export function resolve(top: Directory, path: string): { parent: Directory; name: string } {
  let parent = top;
  const steps = path.split('/');
  const last = steps.pop() ?? '';
  for (const step of steps) {
    const next = parent.directories.get(step);
    if (!next) return { parent, name: step };
    parent = next;
  }
  return { parent, name: last };
}

export function sameIdentity(a: Identity | null, b: Identity): boolean {
  return a !== null && a.ino === b.ino && a.dev === b.dev && a.birth === b.birth;
}

function directory(name: string, parent: Directory | null): Directory {
  return {
    name,
    parent,
    path: parent === null ? '' : pathIn(parent, name),
    identity: null,
    files: new Map(),
    directories: new Map(),
    attached: true,
  };
}
