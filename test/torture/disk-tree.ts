import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadContentHash } from '../../src/base/content-hash.ts';
import { ignoreMatcher } from '../../src/senses/files/ignore.ts';

const contentHash = await loadContentHash();

/** What there is to be perceived beneath a folder. */
export interface DiskTree {
  /** Hash of the content by relative path. */
  files: Map<string, string>;
  directories: string[];
}

export function treeOf(root: string): DiskTree {
  const { ignoredBy } = ignoreMatcher([]);
  const tree: DiskTree = { files: new Map(), directories: [''] };
  for (const directory of tree.directories) {
    for (const name of readdirSync(join(root, directory))) {
      const path = directory === '' ? name : `${directory}/${name}`;
      const stats = lstatSync(join(root, path));
      if (ignoredBy(path, stats.isDirectory())) continue;
      if (stats.isDirectory()) tree.directories.push(path);
      else if (stats.isFile()) tree.files.set(path, contentHash(readFileSync(join(root, path))));
    }
  }
  return tree;
}

/** One text for all paths and hashes. */
export function digestOf(files: Iterable<[path: string, hash: string | null]>): string {
  const lines = Array.from(files, ([path, hash]) => `${path} ${hash}`).sort();
  return createHash('sha1').update(lines.join('\n')).digest('hex');
}

/** How many paths differ between two states of a tree. */
export function differences(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const paths = new Set([...before.keys(), ...after.keys()]);
  return [...paths].filter((path) => before.get(path) !== after.get(path));
}
