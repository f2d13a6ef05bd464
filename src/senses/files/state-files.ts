import { statSync } from 'node:fs';
import { systemCode } from '../../base/errors.ts';
import { toFs } from '../../base/path-text.ts';
import type { Directory, Identity } from './tree.ts';

/**
 * The daemon's own state, which nothing but SQLite may open: POSIX locks vanish when any thread of the
 * process opens and closes a locked file (a second writer got in). Known by device and inode, as a link or
 * a bind mount may lead there under any name.
 */
export interface StateFiles {
  /** Looks where they are now: they may be made after us. */
  refresh(): void;
  isStateDirectory(stat: { dev: number; ino: number }): boolean;
  /** Whether this is a database outside the state directory, or a file SQLite keeps beside it. */
  isStateFile(parent: Directory, name: string): boolean;
}

/** `directory` and `databases` are absolute path texts. */
export function createStateFiles(directory: string, databases: readonly string[] = []): StateFiles {
  const places = databases.map((path) => {
    const cut = path.lastIndexOf('/');
    return {
      folder: path.slice(0, cut) || '/',
      name: path.slice(cut + 1),
      identity: identityOf(path.slice(0, cut) || '/'),
    };
  });
  let state = identityOf(directory);

  return {
    refresh() {
      state = identityOf(directory);
      for (const place of places) place.identity = identityOf(place.folder);
    },
    isStateDirectory: (stat) => same(state, stat),
    isStateFile: (parent, name) =>
      places.some(
        (place) =>
          name.startsWith(place.name) && parent.identity !== null && same(place.identity, parent.identity),
      ),
  };
}

/** What a path is, links followed; null where nothing is. */
export function identityOf(path: string): Identity | null {
  try {
    const stats = statSync(toFs(path));
    return { dev: stats.dev, ino: stats.ino, birth: stats.birthtimeMs };
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return null;
  }
}

function same(a: { dev: number; ino: number } | null, b: { dev: number; ino: number }): boolean {
  return a !== null && a.dev === b.dev && a.ino === b.ino;
}
