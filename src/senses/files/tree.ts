import type { FolderIdentity, IndexColumns } from '../../contract/event.ts';
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

export type Identity = FolderIdentity;

/** A root's index in memory: its directories, and its files as {@link Rows}. */
export interface Tree {
  readonly top: Directory;
  rows: Rows<Directory>;
  /** Whether its index has arrived; before, it has only directories that were seen. */
  known: boolean;
  /** Whether the root's first scan ever is complete. */
  baselined: boolean;
  /** Epoch ms when the root was first met; null where the index does not say. */
  since: number | null;
  /** The folder it was when its files were indexed; null where the index does not say. */
  folder: Identity | null;
}

/** A tree that waits for its index. */
export function createTree(): Tree {
  const top = directory('', null);
  return { top, rows: createRows(), known: false, baselined: false, since: null, folder: null };
}

/** Lets a tree have the index as journaled, beside the directories that were seen by now. */
export function takeIndex(tree: Tree, columns: IndexColumns): void {
  const { top } = tree;
  const rows = createRows<Directory>(columns.stats, columns.hashes);
  const { paths } = columns;
  let last = top;
  for (let from = 0, end = 0; from < paths.length; from = end + 1) {
    end = paths.indexOf('\0', from);
    if (end < 0) end = paths.length;
    const cut = Math.max(from, paths.lastIndexOf('/', end));
    // Rows come in the order of their paths, so most are in the directory of the one before.
    const isInLast = cut - from === last.path.length && paths.startsWith(last.path, from);
    if (!isInLast) last = ensureDirectory(top, paths.slice(from, cut));
    const name = paths.slice(cut === from ? from : cut + 1, end);
    last.files.set(name, rows.adopt(last, name));
  }
  tree.rows = rows;
  tree.known = true;
  tree.baselined = columns.baselined;
  tree.since = columns.since ?? null;
  tree.folder = columns.identity ?? null;
}

/** Forgets every indexed file; the directories stay as they were seen. */
export function forgetFiles(tree: Tree): void {
  for (const each of walk(tree.top)) each.files.clear();
  tree.rows = createRows();
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
