import { constants } from 'node:fs';
import type { Disk } from '../base/disk.ts';
import { CodedError, systemCode } from '../base/errors.ts';
import { failpoint } from '../base/failpoint.ts';
import { diskOfFolder, type FolderDisk, joined, type Reach } from '../base/folder-disk.ts';
import { toFs } from '../base/path-text.ts';
import type { FolderSync } from './folder-sync.ts';
import { escapes, isReallyBeneath } from './inside.ts';
import { parentOf, syncOpen } from './place.ts';
import type { RealRoots } from './real-roots.ts';

/**
 * A folder beneath a root, held open: what is done in it is done in this very folder, also where somebody puts a link
 * in the place of any folder on its path meanwhile.
 */
export interface Folder {
  /** Reaches names in the folder, by their absolute path text. */
  readonly disk: FolderDisk;
  /** Where it, or the deepest part of its path that is there, really is; each byte one character. */
  where(): string;
  /** Makes the folder, with its parents, where it is not there yet; each new name is durable. */
  make(): Promise<void>;
  /** Makes the names in it durable. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FolderOptions {
  disk: Disk;
  /** Absolute path text. */
  path: string;
  /** The declared root that the path is beneath, by its text. */
  root: string;
  roots: RealRoots;
  sync: FolderSync;
}

const DIRECTORY = constants.O_RDONLY | constants.O_DIRECTORY;

/**
 * Opens a folder, or the deepest part of its path that is there. Throws `output-escapes` where that is outside its root
 * once every link is followed, and `output-held` while the root is not there or is another folder.
 */
export async function openFolder({ disk, path, root, roots, sync }: FolderOptions): Promise<Folder> {
  const realRoot = await roots.of(disk, root);
  const missing: string[] = [];
  let existing = path;
  let file = await openOrNull(disk, existing);
  while (file === null && existing !== root) {
    missing.unshift(existing.slice(existing.lastIndexOf('/') + 1));
    existing = parentOf(existing);
    file = await openOrNull(disk, existing);
  }
  if (file === null) throw (await roots.whyMoved(disk, root)) ?? escapes(path, [root], 'the folder really');
  let open = file;
  let real: Buffer;
  try {
    real = await realOf(disk, open, existing);
    if (!isReallyBeneath(real, realRoot))
      throw (await roots.whyMoved(disk, root)) ?? escapes(path, [root], 'the folder really');
  } catch (error) {
    await disk.close(open);
    throw error;
  }

  /** Where there is no path of the open folder itself: the path must lead to where it led. */
  async function check(): Promise<void> {
    if (!(await disk.realpath(toFs(existing))).equals(real)) throw escapes(path, [root], 'the folder really');
  }

  function reach(): Reach {
    const base = disk.pathOf(open);
    return base === null ? { base: toFs(existing), check } : { base };
  }

  async function step(name: string): Promise<void> {
    const { base, check: isThere } = reach();
    const child = joined(base, toFs(name));
    await isThere?.();
    const isNew = await disk.mkdir(child);
    if (isNew) failpoint('folder:made');
    const next = await openStep(disk, child, `${existing}/${name}`);
    try {
      if (isNew) await syncOpen(disk, open);
      existing = existing === '/' ? `/${name}` : `${existing}/${name}`;
      real = await realOf(disk, next, existing);
      if (!isReallyBeneath(real, realRoot)) throw escapes(path, [root], 'the folder really');
    } catch (error) {
      await disk.close(next);
      throw error;
    }
    const before = open;
    open = next;
    await disk.close(before);
  }

  return {
    disk: diskOfFolder(disk, path, () => (missing.length === 0 ? reach() : null)),
    where: () => real.toString('latin1'),
    async make() {
      for (let name = missing[0]; name !== undefined; name = missing[0]) {
        await step(name);
        missing.shift();
      }
    },
    sync: () => sync(disk, real.toString('latin1'), open),
    async close() {
      await disk.close(open);
    },
  };
}

async function openOrNull(disk: Disk, path: string): Promise<number | null> {
  try {
    return await disk.open(toFs(path), DIRECTORY);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** A folder that was just made, or found, beneath an open one: never through a link. */
async function openStep(disk: Disk, child: string | Buffer, path: string): Promise<number> {
  try {
    return await disk.open(child, DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    const code = systemCode(error) ?? '';
    if (code !== 'ELOOP' && code !== 'ENOTDIR') throw error;
    throw new CodedError('output-held', `${path} is a link to nothing, or no folder`, {
      value: path,
      next: 'move it aside, or change the path in the rule',
      retryable: true,
    });
  }
}

/** Where an open folder really is; where that cannot be asked, where its path leads. */
async function realOf(disk: Disk, open: number, path: string): Promise<Buffer> {
  const itself = disk.pathOf(open);
  return itself === null ? disk.realpath(toFs(path)) : disk.readlink(itself);
}
