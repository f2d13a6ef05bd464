import type { AsyncSubscription } from '@parcel/watcher';
import { fromFs, mayBeLossy } from '../../base/path-text.ts';
import type { Hints, Watching } from './watching.ts';

/** Trees that are ignored anyway and change so much that not hearing of them is worth it. */
const BUSY = ['**/.git/**', '**/node_modules/**', '**/.venv/**', '**/__pycache__/**'];

/**
 * One subscription for the whole root, as macOS (FSEvents) and Windows offer it, through `@parcel/watcher`,
 * loaded only here. `realPath` is the root's real path, with which its events begin.
 */
export async function watchRecursively(realPath: string, hints: Hints): Promise<Watching> {
  const { default: watcher } = await import('@parcel/watcher');
  const prefix = realPath.endsWith('/') ? realPath : `${realPath}/`;
  const subscription: AsyncSubscription = await watcher.subscribe(
    realPath,
    (error, events) => {
      if (error) return hints.everything();
      for (const event of events) {
        const path = event.path.replaceAll('\\', process.platform === 'win32' ? '/' : '\\');
        if (!path.startsWith(prefix) || mayBeLossy(path)) hints.everything();
        else hints.path(path.slice(prefix.length).split('/').map(fromFs).join('/'));
      }
    },
    { ignore: BUSY },
  );
  return {
    count: 1,
    has: () => true,
    // The subscription covers them all; a directory's own watch is there before it is made.
    watch: () => 'watched',
    unwatch: () => {},
    close: () => subscription.unsubscribe(),
  };
}
