import { type FSWatcher, watch } from 'node:fs';
import { systemCode } from '../../base/errors.ts';
import { toFs } from '../../base/path-text.ts';

/** Says that a log may have changed. A hint only: whoever is told looks each second anyway. */
export interface Hints {
  /** Watches where that is possible, unless it does already. */
  watch(): void;
  close(): void;
}

/** Watches the folder of a log (path text), so that a file that comes or is renamed is noticed as well. */
export function createHints(path: string, changed: () => void): Hints {
  const at = path.lastIndexOf('/');
  const folder = path.slice(0, at) || '/';
  const name = Buffer.from(toFs(path.slice(at + 1)));
  let watcher: FSWatcher | null = null;

  function close(): void {
    watcher?.close();
    watcher = null;
  }

  return {
    watch() {
      if (watcher) return;
      try {
        watcher = watch(toFs(folder), { persistent: false, encoding: 'buffer' }, (_, which) => {
          if (which === null || name.equals(which)) changed();
        });
        watcher.on('error', close);
      } catch (error) {
        if (systemCode(error) === undefined) throw error;
      }
    },
    close,
  };
}
