import { closeSync, type FSWatcher, openSync, watch } from 'node:fs';
import { systemCode } from '../../base/errors.ts';
import { fromFs, mayBeLossy } from '../../base/path-text.ts';
import type { OverflowGuess } from './overflow.ts';
import { type Directory, pathIn } from './tree.ts';
import type { Hints, Watched, Watching } from './watching.ts';

/**
 * One `fs.watch` per directory, as Linux needs it: a recursive one takes a watch for every file.
 * `fsPath` is what `node:fs` calls a directory; `rootName` the last step of the root's own path.
 */
export function watchDirectories(
  fsPath: (directory: Directory) => string | Buffer,
  rootName: string,
  hints: Hints,
  guess: OverflowGuess,
): Watching {
  const watchers = new Map<Directory, FSWatcher>();

  function heard(directory: Directory, filename: string | null): void {
    guess.count();
    if (filename === null || mayBeLossy(filename)) {
      hints.directory(directory);
      return;
    }
    const name = fromFs(filename);
    // An event about the directory itself (moved, deleted, unmounted) carries its own name, as one about a
    // file of that name in it would.
    if (name === (directory.name || rootName)) {
      if (directory.parent) hints.path(directory.path);
      else hints.directory(directory);
    }
    hints.path(pathIn(directory, name));
  }

  function unwatch(directory: Directory): void {
    const watcher = watchers.get(directory);
    watchers.delete(directory);
    watcher?.close();
  }

  return {
    get count() {
      return watchers.size;
    },
    has: (directory) => watchers.has(directory),
    watch(directory) {
      unwatch(directory);
      try {
        const watcher = watch(fsPath(directory), (_event, filename) => heard(directory, filename));
        watcher.on('error', () => {
          unwatch(directory);
          hints.directory(directory);
        });
        watchers.set(directory, watcher);
        return 'watched';
      } catch (error) {
        return refusal(error);
      }
    },
    unwatch,
    async close() {
      for (const watcher of watchers.values()) watcher.close();
      watchers.clear();
    },
  };
}

/** ENOSPC: no more watches for this user; EMFILE: no more watchers, or no more open files, which opening one tells. */
function refusal(error: unknown): Watched {
  const code = systemCode(error);
  if (code === 'ENOSPC') return 'no-watches';
  if (code === 'ENFILE') return 'no-files';
  if (code !== 'EMFILE') return 'failed';
  try {
    closeSync(openSync('/', 'r'));
    return 'no-watchers';
  } catch {
    return 'no-files';
  }
}
