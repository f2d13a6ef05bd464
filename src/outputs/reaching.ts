import type { Disks } from '../base/disk.ts';
import { CodedError } from '../base/errors.ts';
import { fromFs, toFs } from '../base/path-text.ts';
import type { PendingOutput } from '../contract/output.ts';
import { type Folder, openFolder } from './folder.ts';
import { createFolderSync } from './folder-sync.ts';
import { isBeneath, isReallyBeneath, rootOf } from './inside.ts';
import { parentOf } from './place.ts';
import { createRealRoots } from './real-roots.ts';

export interface ReachingOptions {
  diskOf: Disks;
  /** Declared output roots, asked anew for each output. */
  outputRoots(): readonly string[];
  /** Watched folders: files are moved from them, or from output roots. Omitted: there are none. */
  watchedRoots?(): readonly { path: string }[];
}

/** Opens the folders of an output, so that nothing is done anywhere else. */
export interface Reaching {
  /** The root that a target is beneath, by its text; null where it is beneath none. */
  rootOf(target: string): string | null;
  /**
   * Runs a task with the target's folder, and with the source's where a file is moved (else null). Throws what
   * `openFolder` and `rootOf` do.
   */
  within<T>(
    output: Pick<PendingOutput, 'target' | 'source'>,
    task: (folders: { to: Folder; from: Folder | null }) => Promise<T>,
  ): Promise<T>;
}

export function createReaching({ diskOf, outputRoots, watchedRoots = () => [] }: ReachingOptions): Reaching {
  const sync = createFolderSync();
  const outputs = createRealRoots(outputRoots);
  const watched = createRealRoots(watchedRoots);

  async function within<T>(
    path: string,
    { isSource }: { isSource: boolean },
    task: (folder: Folder) => Promise<T>,
  ): Promise<T> {
    const watching = isSource ? watchedRoots().find((root) => isBeneath(path, root.path)) : undefined;
    const root = rootOf(path, watching === undefined ? outputRoots() : [watching.path]);
    const folder = parentOf(path);
    const disk = await diskOf(toFs(folder));
    const roots = watching === undefined ? outputs : watched;
    const open = await openFolder({ disk, path: folder, root, roots, sync });
    try {
      if (!isSource) await assertKnownAgain(path, folder, open);
      return await task(open);
    } finally {
      await open.close();
    }
  }

  /**
   * Throws `output-held` where a watched folder has this folder under another name, by way of a link: what is written
   * would be perceived there, never be known for ours, and wake rules by that for ever.
   */
  async function assertKnownAgain(path: string, folder: string, open: Folder): Promise<void> {
    const real = Buffer.from(open.where(), 'latin1');
    for (const { path: root } of watchedRoots()) {
      const realRoot = await realOrNull(root);
      if (realRoot === null || !isReallyBeneath(real, realRoot)) continue;
      const perceived = `${root}${fromFs(real.subarray(realRoot.length))}`;
      if (folder === perceived || isBeneath(folder, perceived)) continue;
      throw new CodedError('output-held', `${path} is in the watched folder ${perceived} by another name`, {
        value: path,
        allowed: 'the name that it is watched by, or a folder that is not watched',
        next: `write ${perceived} in the rule and in output_roots, and retry what waited`,
        retryable: true,
      });
    }
  }

  /** Where a watched folder really is; null while it is not there. */
  async function realOrNull(root: string): Promise<Buffer | null> {
    try {
      return await watched.of(await diskOf(toFs(root)), root);
    } catch (error) {
      if (error instanceof CodedError && error.code === 'output-held') return null;
      throw error;
    }
  }

  return {
    rootOf: (target) => outputRoots().find((root) => isBeneath(target, root)) ?? null,
    within: ({ target, source }, task) =>
      within(target, { isSource: false }, (to) =>
        source === undefined
          ? task({ to, from: null })
          : within(source, { isSource: true }, (from) => task({ to, from })),
      ),
  };
}
